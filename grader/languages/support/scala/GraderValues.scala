import java.io.DataOutputStream
import java.nio.ByteBuffer
import scala.collection.{immutable, mutable}

/** Plain values: a letter, then what it needs. What is read is of the library's own classes. */
object GraderValues {
  private val Deepest = 200

  private def fail(why: String): Nothing = throw new IllegalArgumentException(why)

  /** Any surrogate, in a pair or not. */
  private def text(out: DataOutputStream, letter: Char, value: String): Unit = {
    out.writeByte(letter)
    out.writeInt(2 * value.length)
    out.writeChars(value)
  }

  private def many(out: DataOutputStream, letter: Char, items: Iterable[Any], depth: Int): Unit = {
    out.writeByte(letter)
    out.writeInt(items.size)
    items.foreach(each => write(out, each, depth + 1))
  }

  private def pairs(items: scala.collection.Map[_, _]): List[Any] =
    items.toList.flatMap { case (key, item) => List[Any](key, item) }

  def write(out: DataOutputStream, value: Any, depth: Int): Unit = {
    if (depth > Deepest) fail("a value of more than 200 levels")
    value match {
      case null => out.writeByte('n')
      case it: Boolean => out.writeByte(if (it) 't' else 'f')
      case it: Byte => out.writeByte('1'); out.writeByte(it)
      case it: Short => out.writeByte('2'); out.writeShort(it)
      case it: Int => out.writeByte('4'); out.writeInt(it)
      case it: Long => out.writeByte('8'); out.writeLong(it)
      case it: Float => out.writeByte('g'); out.writeFloat(it)
      case it: Double => out.writeByte('d'); out.writeDouble(it)
      case it: Char => out.writeByte('c'); out.writeChar(it)
      case _: Unit => out.writeByte('u')
      case it: String => text(out, 's', it)
      case it: BigInt => text(out, 'i', it.bigInteger.toString)
      case it: BigDecimal => text(out, 'q', it.bigDecimal.toString)
      case Some(it) => many(out, 'o', List(it), depth)
      case None => out.writeByte('N')
      case Left(it) => many(out, 'L', List(it), depth)
      case Right(it) => many(out, 'R', List(it), depth)
      case it: Array[_] =>
        text(out, 'a', it.getClass.getComponentType.getName)
        many(out, 'l', it.toList, depth)
      case it: List[_] => many(out, 'l', it, depth)
      case it: Vector[_] => many(out, 'v', it, depth)
      case it: mutable.ListBuffer[_] => many(out, 'B', it, depth)
      case it: mutable.Seq[_] => many(out, 'b', it, depth)
      case it: immutable.Set[_] => many(out, 'e', it, depth)
      case it: scala.collection.Set[_] => many(out, 'E', it, depth)
      case it: immutable.Map[_, _] => many(out, 'm', pairs(it), depth)
      case it: scala.collection.Map[_, _] => many(out, 'M', pairs(it), depth)
      case it: scala.collection.Seq[_] => many(out, 'l', it.toList, depth)
      case it: Product if it.getClass.getName.matches("scala\\.Tuple\\d+(\\$.*)?") =>
        many(out, 'p', it.productIterator.toList, depth)
      case other => fail("a value of " + other.getClass.getName + " cannot cross; plain values can")
    }
  }

  private def count(in: ByteBuffer): Int = {
    val found = in.getInt
    if (found < 0 || found > in.remaining) fail("a count of " + found)
    found
  }

  private def text(in: ByteBuffer): String = {
    val units = new Array[Char](count(in) / 2)
    for (place <- units.indices) units(place) = in.getChar
    new String(units)
  }

  private def many(in: ByteBuffer, depth: Int): List[Any] = {
    val found = new mutable.ListBuffer[Any]
    for (_ <- 0 until count(in)) found += read(in, depth + 1)
    found.toList
  }

  private def one(in: ByteBuffer, depth: Int): Any = many(in, depth) match {
    case List(it) => it
    case _ => fail("one value was wanted")
  }

  private def table(in: ByteBuffer, depth: Int): List[(Any, Any)] = {
    val items = many(in, depth)
    if (items.size % 2 != 0) fail("a key without a value")
    items.grouped(2).map(each => (each(0), each(1))).toList
  }

  private def tuple(items: List[Any]): Any = items match {
    case List(a) => Tuple1(a)
    case List(a, b) => (a, b)
    case List(a, b, c) => (a, b, c)
    case List(a, b, c, d) => (a, b, c, d)
    case List(a, b, c, d, e) => (a, b, c, d, e)
    case List(a, b, c, d, e, f) => (a, b, c, d, e, f)
    case List(a, b, c, d, e, f, g) => (a, b, c, d, e, f, g)
    case List(a, b, c, d, e, f, g, h) => (a, b, c, d, e, f, g, h)
    case _ => fail("a tuple of " + items.size)
  }

  private def array(kind: String, items: List[Any]): Any = kind match {
    case "boolean" => items.map(_.asInstanceOf[Boolean]).toArray
    case "byte" => items.map(_.asInstanceOf[Byte]).toArray
    case "short" => items.map(_.asInstanceOf[Short]).toArray
    case "int" => items.map(_.asInstanceOf[Int]).toArray
    case "long" => items.map(_.asInstanceOf[Long]).toArray
    case "float" => items.map(_.asInstanceOf[Float]).toArray
    case "double" => items.map(_.asInstanceOf[Double]).toArray
    case "char" => items.map(_.asInstanceOf[Char]).toArray
    case "java.lang.String" => items.map(_.asInstanceOf[String]).toArray
    case _ => items.map(_.asInstanceOf[AnyRef]).toArray
  }

  def read(in: ByteBuffer, depth: Int): AnyRef = {
    if (depth > Deepest) fail("a value of more than 200 levels")
    val found: Any = in.get.toChar match {
      case 'n' => null
      case 't' => true
      case 'f' => false
      case '1' => in.get
      case '2' => in.getShort
      case '4' => in.getInt
      case '8' => in.getLong
      case 'g' => in.getFloat
      case 'd' => in.getDouble
      case 'c' => in.getChar
      case 'u' => ()
      case 's' => text(in)
      case 'i' => BigInt(text(in))
      case 'q' => BigDecimal(new java.math.BigDecimal(text(in)))
      case 'o' => Some(one(in, depth))
      case 'N' => None
      case 'L' => Left(one(in, depth))
      case 'R' => Right(one(in, depth))
      case 'a' =>
        val kind = text(in)
        if (in.get.toChar != 'l') fail("an array of no kind")
        array(kind, many(in, depth))
      case 'l' => many(in, depth)
      case 'v' => many(in, depth).toVector
      case 'B' => mutable.ListBuffer(many(in, depth): _*)
      case 'b' => mutable.ArrayBuffer(many(in, depth): _*)
      case 'e' => many(in, depth).toSet
      case 'E' => mutable.Set(many(in, depth): _*)
      case 'm' => table(in, depth).toMap
      case 'M' => mutable.LinkedHashMap(table(in, depth): _*)
      case 'p' => tuple(many(in, depth))
      case other => fail("a value of no kind")
    }
    found.asInstanceOf[AnyRef]
  }
}
