import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.javatuples.Decade;
import org.javatuples.Ennead;
import org.javatuples.Octet;
import org.javatuples.Pair;
import org.javatuples.Quartet;
import org.javatuples.Quintet;
import org.javatuples.Septet;
import org.javatuples.Sextet;
import org.javatuples.Triplet;
import org.javatuples.Tuple;
import org.javatuples.Unit;

/** The tuples of MultiPL-E's Java, of one to ten values. Loaded only where one is met. */
final class GraderTuples {
    private GraderTuples() { }

    static void write(DataOutputStream out, Object value, int depth) throws IOException {
        List<Object> values = ((Tuple) value).toList();
        out.writeByte('T');
        out.writeByte(values.size());
        for (Object each : values) GraderValues.write(out, each, depth + 1);
    }

    static Object read(ByteBuffer in, int depth) {
        int size = in.get();
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < size; i++) values.add(GraderValues.read(in, depth + 1));
        switch (size) {
            case 1: return Unit.fromCollection(values);
            case 2: return Pair.fromCollection(values);
            case 3: return Triplet.fromCollection(values);
            case 4: return Quartet.fromCollection(values);
            case 5: return Quintet.fromCollection(values);
            case 6: return Sextet.fromCollection(values);
            case 7: return Septet.fromCollection(values);
            case 8: return Octet.fromCollection(values);
            case 9: return Ennead.fromCollection(values);
            case 10: return Decade.fromCollection(values);
            default: throw new IllegalArgumentException("a tuple of " + size);
        }
    }
}
