import scala.math._
import scala.collection.mutable._

/** What answers look like: the compiler's classes that it needs are put into an archive. */
object Seen {
  sealed trait Shape { def area: Double }
  case class Square(side: Double) extends Shape { def area = side * side }

  def seen(numbers: List[Long], text: String, limit: Float): Option[Tuple2[String, Long]] = {
    val groups = Map[String, ListBuffer[Int]]()
    for (word <- text.split("\\s+") if word.nonEmpty) groups.getOrElseUpdate(word, ListBuffer()) += word.length
    val out = new StringBuilder()
    var i = 0
    while (i < text.length) {
      text(i) match {
        case 'a' => out.append('b')
        case c if c.isUpper => out.append(c.toLower)
        case c => out.append(s"$c${i % 2}")
      }
      i += 1
    }
    def loop(n: Long, total: Long): Long = if (n <= 0) total else loop(n - 1, total + n)
    val sorted = numbers.filter(_ > limit.toLong).map(n => (n, abs(n))).sortBy { case (a, b) => (-a, b) }
    val sum = sorted.foldLeft(0L)(_ + _._2) + numbers.zip(numbers.tail).count(p => p._1 < p._2) + max(1L, loop(3, 0))
    val either: Either[String, Long] = try Right(text.toLong) catch { case e: NumberFormatException => Left(e.getMessage) }
    val shape: Shape = Square(2)
    shape match {
      case Square(side) if side > 1 => either.fold(said => Some((said + out.toString, sum)), n => None)
      case _ => if (numbers.isEmpty) return None else Some(("", numbers.sum))
    }
  }

  def main(args: Array[String]) = {
    assert(seen(List[Long](), "").equals(None));
    GraderWire.serve(new GraderWire.Function {
      def call(name: String, given: Array[AnyRef]): AnyRef = seen(given(0).asInstanceOf[List[Long]], "x").asInstanceOf[AnyRef]
    })
  }

  def seen(numbers: List[Long], text: String): Option[Tuple2[String, Long]] = seen(numbers, text, 1.0f)
}
