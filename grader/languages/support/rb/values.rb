# Values and messages, both ends: a letter, then what it needs. Lengths and counts are 32 bits.
module GraderWire
  MOST = 16 << 20
  DEEP = 200
  ASKS = IO.for_fd(3, "rb")
  ANSWERS = IO.for_fd(4, "wb")
  ANSWERS.sync = true

  class Nonsense < StandardError
  end

  # What has no plain value; equal to nothing.
  class Unknown
    def initialize(what)
      @what = what
    end

    def inspect
      "#<#{@what}>"
    end
  end

  module_function

  def receive
    head = ASKS.read(4)
    return nil if head.nil? || head.bytesize < 4
    size = head.unpack1("N")
    raise Nonsense, "a message of more than 16 MiB" if size > MOST
    body = ASKS.read(size)
    return nil if body.nil? || body.bytesize < size
    reader = Reader.new(body)
    value = reader.value(0)
    raise Nonsense, "no message" unless reader.over? && value.instance_of?(Array)
    value
  end

  def send_message(message)
    body = encode(message, 0, "".b)
    raise Nonsense, "an answer of more than 16 MiB" if body.bytesize > MOST
    ANSWERS.write([body.bytesize].pack("N") + body)
  rescue Errno::EPIPE
    raise Nonsense, "left before the tests were over"
  end

  def text(letter, value, out)
    bytes = value.b
    out << letter << [bytes.bytesize].pack("N") << bytes
  end

  def encode(value, depth, out)
    case value
    when nil then out << "n"
    when true then out << "t"
    when false then out << "f"
    when Integer then text("i", value.to_s, out)
    when Float then out << "d" << [value].pack("G")
    when Rational then text("r", value.to_s, out)
    when String then text("s", value.valid_encoding? && value.encoding != Encoding::BINARY ? value.encode("UTF-8") : value, out)
    when Symbol then text("y", value.to_s, out)
    when Array then many("l", value, depth, out) { |item| encode(item, depth + 1, out) }
    when Hash then many("m", value, depth, out) { |key, item| encode(key, depth + 1, out); encode(item, depth + 1, out) }
    else other(value, out)
    end
    out
  end

  def many(letter, value, depth, out, &each)
    return text("x", "more than #{DEEP} levels", out) if depth >= DEEP
    out << letter << [value.size].pack("N")
    value.each(&each)
  end

  def other(value, out)
    return text("r", value.to_r.to_s, out) if defined?(BigDecimal) && BigDecimal === value && value.finite?
    text("x", value.class.name.to_s, out)
  end

  class Reader
    def initialize(body)
      @body = body
      @at = 0
    end

    def over?
      @at == @body.bytesize
    end

    def take(size)
      raise Nonsense, "a message that ends early" if @at + size > @body.bytesize
      @at += size
      @body.byteslice(@at - size, size)
    end

    def text
      take(take(4).unpack1("N"))
    end

    def value(depth)
      raise Nonsense, "a message that is too deep" if depth > DEEP + 2
      case take(1)
      when "n" then nil
      when "t" then true
      when "f" then false
      when "i" then Integer(text, 10)
      when "d" then take(8).unpack1("G")
      when "r" then Rational(text)
      when "s" then text.force_encoding("UTF-8")
      when "y" then text.force_encoding("UTF-8").to_sym
      when "x" then Unknown.new(text.force_encoding("UTF-8"))
      when "l" then Array.new(count) { value(depth + 1) }
      when "m" then pairs(depth)
      else raise Nonsense, "a message of no kind"
      end
    end

    def count
      found = take(4).unpack1("N")
      raise Nonsense, "a message that ends early" if found > @body.bytesize - @at
      found
    end

    def pairs(depth)
      made = {}
      count.times do
        key = value(depth + 1)
        made[key] = value(depth + 1)
      end
      made
    end
  end
end
