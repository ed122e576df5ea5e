import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Plain values as bytes: a letter for the kind, then the value. What is read back is of the
 * standard's own classes only, whatever the class was that was written.
 */
final class GraderValues {
    private static final int DEPTH = 200;
    private static final Class<?> FIXED_SIZE = Arrays.asList().getClass();
    private static final String PRIMITIVES = "zbcsijfd";
    private static final Class<?>[] PRIMITIVE = {
        boolean.class, byte.class, char.class, short.class, int.class, long.class, float.class, double.class
    };

    private GraderValues() { }

    static void write(DataOutputStream out, Object value, int depth) throws IOException {
        if (depth > DEPTH) throw new IllegalArgumentException("a value of more than 200 levels");
        if (value == null) out.writeByte('n');
        else if (value instanceof Boolean || value instanceof Number || value instanceof Character)
            scalar(out, value);
        else if (value instanceof CharSequence) text(out, 'S', value.toString());
        else if (value.getClass().isArray()) array(out, value, depth);
        else if (value instanceof Map) map(out, (Map<?, ?>) value, depth);
        else if (value instanceof Collection) collection(out, (Collection<?>) value, depth);
        else if (value instanceof Optional) {
            out.writeByte('O');
            write(out, ((Optional<?>) value).orElse(null), depth + 1);
        } else if (value instanceof OptionalInt || value instanceof OptionalLong
                || value instanceof OptionalDouble) optional(out, value, depth);
        else if (value instanceof Map.Entry) {
            out.writeByte('E');
            write(out, ((Map.Entry<?, ?>) value).getKey(), depth + 1);
            write(out, ((Map.Entry<?, ?>) value).getValue(), depth + 1);
        } else if (value.getClass().getName().startsWith("org.javatuples."))
            GraderTuples.write(out, value, depth);
        else throw new IllegalArgumentException(
            "a value of " + value.getClass().getName() + " cannot cross; plain values can");
    }

    private static void scalar(DataOutputStream out, Object value) throws IOException {
        if (value instanceof Boolean) { out.writeByte('z'); out.writeBoolean((Boolean) value); }
        else if (value instanceof Character) { out.writeByte('c'); out.writeChar((Character) value); }
        else if (value instanceof Integer) { out.writeByte('i'); out.writeInt((Integer) value); }
        else if (value instanceof Long) { out.writeByte('j'); out.writeLong((Long) value); }
        else if (value instanceof Double) { out.writeByte('d'); out.writeDouble((Double) value); }
        else if (value instanceof Float) { out.writeByte('f'); out.writeFloat((Float) value); }
        else if (value instanceof Short) { out.writeByte('s'); out.writeShort((Short) value); }
        else if (value instanceof Byte) { out.writeByte('b'); out.writeByte((Byte) value); }
        else if (value instanceof BigInteger) {
            out.writeByte('N');
            bytes(out, ((BigInteger) value).toByteArray());
        } else if (value instanceof BigDecimal) text(out, 'D', value.toString());
        else throw new IllegalArgumentException(
            "a number of " + value.getClass().getName() + " cannot cross");
    }

    private static void text(DataOutputStream out, char kind, String text) throws IOException {
        out.writeByte(kind);
        ByteBuffer bytes = ByteBuffer.allocate(2 * text.length()); // a surrogate may lack its other half
        bytes.asCharBuffer().put(text);
        bytes(out, bytes.array());
    }

    private static void bytes(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static void array(DataOutputStream out, Object array, int depth) throws IOException {
        out.writeByte('A');
        StringBuilder component = new StringBuilder();
        Class<?> type = array.getClass().getComponentType();
        for (; type.isArray(); type = type.getComponentType()) component.append('[');
        int primitive = Arrays.asList(PRIMITIVE).indexOf(type);
        component.append(primitive >= 0 ? PRIMITIVES.charAt(primitive) : letter(type));
        out.writeUTF(component.toString());
        int length = Array.getLength(array);
        out.writeInt(length);
        for (int i = 0; i < length; i++) write(out, Array.get(array, i), depth + 1);
    }

    private static char letter(Class<?> type) {
        if (type == String.class) return 'S';
        if (type == Integer.class) return 'I';
        if (type == Long.class) return 'J';
        if (type == Double.class) return 'D';
        if (type == List.class || type == ArrayList.class) return 'L';
        return 'O';
    }

    private static Class<?> componentOf(char letter) {
        int primitive = PRIMITIVES.indexOf(letter);
        if (primitive >= 0) return PRIMITIVE[primitive];
        switch (letter) {
            case 'S': return String.class;
            case 'I': return Integer.class;
            case 'J': return Long.class;
            case 'D': return Double.class;
            case 'L': return List.class;
            case 'O': return Object.class;
            default: throw new IllegalArgumentException("an array of " + letter);
        }
    }

    private static void collection(DataOutputStream out, Collection<?> values, int depth)
            throws IOException {
        char kind = 'l';
        if (values instanceof LinkedList) kind = 'k';
        else if (values instanceof List) {
            if (values.getClass() == FIXED_SIZE) kind = 'a';
            else if (values.getClass().getName().startsWith("java.util.ImmutableCollections")
                    || values.getClass().getName().startsWith("java.util.Collections$")) kind = 'u';
        } else if (values instanceof TreeSet) kind = 't';
        else if (values instanceof Set) kind = values instanceof LinkedHashSet ? 'g' : 'h';
        else if (values instanceof Queue) kind = 'q';
        out.writeByte('C');
        out.writeByte(kind);
        Object[] copy = values.toArray();
        out.writeInt(copy.length);
        for (Object each : copy) write(out, each, depth + 1);
    }

    private static void map(DataOutputStream out, Map<?, ?> values, int depth) throws IOException {
        out.writeByte('M');
        out.writeByte(values instanceof TreeMap ? 't' : values.getClass() == HashMap.class ? 'h' : 'l');
        Object[] entries = values.entrySet().toArray();
        out.writeInt(entries.length);
        for (Object each : entries) {
            write(out, ((Map.Entry<?, ?>) each).getKey(), depth + 1);
            write(out, ((Map.Entry<?, ?>) each).getValue(), depth + 1);
        }
    }

    private static void optional(DataOutputStream out, Object value, int depth) throws IOException {
        out.writeByte('P');
        Object inner = null;
        char kind = 'i';
        if (value instanceof OptionalInt) {
            OptionalInt given = (OptionalInt) value;
            if (given.isPresent()) inner = given.getAsInt();
        } else if (value instanceof OptionalLong) {
            kind = 'j';
            OptionalLong given = (OptionalLong) value;
            if (given.isPresent()) inner = given.getAsLong();
        } else {
            kind = 'd';
            OptionalDouble given = (OptionalDouble) value;
            if (given.isPresent()) inner = given.getAsDouble();
        }
        out.writeByte(kind);
        write(out, inner, depth + 1);
    }

    static Object read(ByteBuffer in, int depth) {
        if (depth > DEPTH) throw new IllegalArgumentException("a value of more than 200 levels");
        char kind = (char) in.get();
        switch (kind) {
            case 'n': return null;
            case 'z': return in.get() != 0;
            case 'c': return in.getChar();
            case 'i': return in.getInt();
            case 'j': return in.getLong();
            case 'd': return in.getDouble();
            case 'f': return in.getFloat();
            case 's': return in.getShort();
            case 'b': return in.get();
            case 'N': return new BigInteger(bytes(in));
            case 'D': return new BigDecimal(text(in));
            case 'S': return text(in).intern(); // tests compare some with ==, as with literals
            case 'A': return readArray(in, depth);
            case 'C': return readCollection(in, depth);
            case 'M': return readMap(in, depth);
            case 'O': return Optional.ofNullable(read(in, depth + 1));
            case 'P': return readOptional(in, depth);
            case 'E': return new java.util.AbstractMap.SimpleEntry<Object, Object>(
                read(in, depth + 1), read(in, depth + 1));
            case 'T': return GraderTuples.read(in, depth);
            default: throw new IllegalArgumentException("a value of kind " + (int) kind);
        }
    }

    static int count(ByteBuffer in) {
        int count = in.getInt();
        if (count < 0 || count > in.remaining()) throw new IllegalArgumentException("a count of " + count);
        return count;
    }

    private static byte[] bytes(ByteBuffer in) {
        byte[] bytes = new byte[count(in)];
        in.get(bytes);
        return bytes;
    }

    private static String text(ByteBuffer in) {
        return ByteBuffer.wrap(bytes(in)).asCharBuffer().toString();
    }

    private static Object readArray(ByteBuffer in, int depth) {
        byte[] name = new byte[in.getShort() & 0xff];
        in.get(name);
        Class<?> component = componentOf((char) name[name.length - 1]);
        for (int i = 1; i < name.length; i++) component = Array.newInstance(component, 0).getClass();
        int count = count(in);
        Object array = Array.newInstance(component, count);
        for (int i = 0; i < count; i++) Array.set(array, i, read(in, depth + 1));
        return array;
    }

    private static Object readCollection(ByteBuffer in, int depth) {
        char kind = (char) in.get();
        int count = count(in);
        List<Object> list = new ArrayList<>();
        for (int i = 0; i < count; i++) list.add(read(in, depth + 1));
        switch (kind) {
            case 'a': return Arrays.asList(list.toArray());
            case 'u': return Collections.unmodifiableList(list);
            case 'k': return new LinkedList<>(list);
            case 't': return new TreeSet<>(list);
            case 'h': return new HashSet<>(list);
            case 'g': return new LinkedHashSet<>(list);
            case 'q': return new ArrayDeque<>(list);
            default: return list;
        }
    }

    private static Object readMap(ByteBuffer in, int depth) {
        char kind = (char) in.get();
        int count = count(in);
        Map<Object, Object> map =
            kind == 't' ? new TreeMap<>() : kind == 'h' ? new HashMap<>() : new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            Object key = read(in, depth + 1);
            map.put(key, read(in, depth + 1));
        }
        return map;
    }

    private static Object readOptional(ByteBuffer in, int depth) {
        char kind = (char) in.get();
        Object inner = read(in, depth + 1);
        switch (kind) {
            case 'i': return inner == null ? OptionalInt.empty() : OptionalInt.of((Integer) inner);
            case 'j': return inner == null ? OptionalLong.empty() : OptionalLong.of((Long) inner);
            default: return inner == null ? OptionalDouble.empty() : OptionalDouble.of((Double) inner);
        }
    }
}
