import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Both ends of an interview: a checker asks, a candidate serves. Values are GraderValues'. */
public final class GraderWire {
    private static final int MESSAGE_BYTES = 16 << 20;
    private static final int LINE_CHARS = 1000;
    private static final int CANDIDATE_ERRED = 97;
    private static final byte VALUE = 'v';

    private static FileInputStream asks;
    private static FileOutputStream answers;

    private GraderWire() { }

    /** The candidate's function, whichever is named. */
    public interface Function {
        Object call(String name, Object[] arguments) throws Throwable;
    }

    /** The candidate's answer to one call; where it has none this process ends. */
    public static synchronized Object ask(String name, Object... arguments) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            DataOutputStream out = new DataOutputStream(bytes);
            out.writeUTF(name);
            GraderValues.write(out, arguments, 0);
            send(bytes.toByteArray());
        } catch (IOException | IllegalArgumentException e) {
            throw leave("a call cannot be asked: " + e.getMessage());
        }
        try {
            ByteBuffer answer = receive();
            if (answer == null) throw leave("the candidate left");
            byte kind = answer.get();
            Object value = GraderValues.read(answer, 0);
            if (answer.hasRemaining()) throw leave("the candidate's answer has bytes too many");
            if (kind != VALUE) throw leave(String.valueOf(value));
            return value;
        } catch (IOException | RuntimeException e) {
            throw leave("the candidate's answer cannot be read: " + e);
        }
    }

    /** Answer calls until nobody asks any more; never returns. */
    public static void serve(Function function) {
        try {
            for (ByteBuffer asked = receive(); asked != null; asked = receive()) {
                String name = name(asked);
                Object[] arguments = (Object[]) GraderValues.read(asked, 0);
                send(answer(function, name, arguments));
            }
        } catch (IOException e) {
            Runtime.getRuntime().halt(1);
        }
        Runtime.getRuntime().halt(0);
    }

    private static String name(ByteBuffer asked) {
        byte[] bytes = new byte[asked.getShort()];
        asked.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static byte[] answer(Function function, String name, Object[] arguments)
            throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        try {
            Object value = function.call(name, arguments);
            out.writeByte(VALUE);
            GraderValues.write(out, value, 0);
            if (bytes.size() > MESSAGE_BYTES) throw new IllegalArgumentException("too long");
        } catch (Throwable e) {
            bytes.reset();
            out.writeByte('r');
            GraderValues.write(out, line(e), 0);
        }
        return bytes.toByteArray();
    }

    private static String line(Throwable e) {
        String text;
        try {
            text = e.toString();
        } catch (Throwable again) {
            text = e.getClass().getName();
        }
        StackTraceElement[] trace = e.getStackTrace();
        if (trace.length > 0 && trace[0].getLineNumber() > 0) text += " at " + trace[0];
        return text.length() > LINE_CHARS ? text.substring(0, LINE_CHARS) : text;
    }

    private static void send(byte[] payload) throws IOException {
        if (payload.length > MESSAGE_BYTES) throw new IOException("a message of 16 MiB or more");
        byte[] message = new byte[4 + payload.length];
        ByteBuffer.wrap(message).putInt(payload.length).put(payload);
        if (answers == null) answers = new FileOutputStream(descriptor(4));
        answers.write(message);
    }

    /** The next message; null where the other end has left between two. */
    private static ByteBuffer receive() throws IOException {
        if (asks == null) asks = new FileInputStream(descriptor(3));
        byte[] head = new byte[4];
        if (!filled(head)) return null;
        int length = ByteBuffer.wrap(head).getInt();
        if (length < 1 || length > MESSAGE_BYTES) throw new IOException("a length of " + length);
        byte[] payload = new byte[length];
        if (!filled(payload)) throw new EOFException("a message ends early");
        return ByteBuffer.wrap(payload);
    }

    /** Whether there was anything; `readNBytes` would seek, which a pipe cannot. */
    private static boolean filled(byte[] bytes) throws IOException {
        for (int have = 0; have < bytes.length;) {
            int more = asks.read(bytes, have, bytes.length - have);
            if (more > 0) have += more;
            else if (have == 0) return false;
            else throw new EOFException("a message ends early");
        }
        return true;
    }

    /** An inherited descriptor; `/proc/self/fd` would open the pipe anew, which its owner may forbid. */
    private static FileDescriptor descriptor(int number) throws IOException {
        try {
            Field unsafe = sun.misc.Unsafe.class.getDeclaredField("theUnsafe");
            unsafe.setAccessible(true);
            sun.misc.Unsafe memory = (sun.misc.Unsafe) unsafe.get(null);
            FileDescriptor descriptor = new FileDescriptor();
            Field field = FileDescriptor.class.getDeclaredField("fd");
            memory.putInt(descriptor, memory.objectFieldOffset(field), number);
            return descriptor;
        } catch (ReflectiveOperationException e) {
            throw new IOException(e);
        }
    }

    private static Error leave(String why) {
        String line = why.replaceAll("\\s+", " ");
        System.err.println(line.length() > LINE_CHARS ? line.substring(0, LINE_CHARS) : line);
        System.err.flush();
        Runtime.getRuntime().halt(CANDIDATE_ERRED);
        return new Error(why);
    }
}
