require_relative "values"

module GraderAsk
  module_function

  def leave(why)
    $stderr.write(why.to_s.byteslice(0, 1000))
    Process.exit!(97)
  end

  def call(name, given)
    GraderWire.send_message([name, given])
    answer = GraderWire.receive
    leave("left before the tests were over") if answer.nil?
    leave(answer[1]) unless answer[0] == "value" && answer.size == 2
    answer[1]
  rescue StandardError, SystemStackError, NoMemoryError => error # no `rescue` of a test's may see it
    leave("talked nonsense: #{error.message}")
  end
end
