using System;
using System.Collections;
using System.Collections.Generic;
using System.IO;
using System.Numerics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;

/// Both ends of an interview: a checker asks, a candidate serves. Plain values cross, each as its
/// type says; what is read back is of the standard library's own classes.
public static class GraderWire {
    const int MessageBytes = 16 << 20;
    const int Deepest = 200;
    const int LineChars = 1000;
    const int CandidateErred = 97;
    const int Interrupted = 4; // EINTR
    static readonly Type[] Scalars = {
        typeof(bool), typeof(byte), typeof(sbyte), typeof(short), typeof(ushort), typeof(int), typeof(uint),
        typeof(long), typeof(ulong), typeof(float), typeof(double), typeof(decimal), typeof(char),
        typeof(string), typeof(BigInteger),
    };
    static readonly Type[] Generics = {
        typeof(List<>), typeof(Dictionary<,>), typeof(HashSet<>), typeof(Nullable<>), typeof(KeyValuePair<,>),
        typeof(Tuple<>), typeof(Tuple<,>), typeof(Tuple<,,>), typeof(Tuple<,,,>), typeof(Tuple<,,,,>),
        typeof(Tuple<,,,,,>), typeof(Tuple<,,,,,,>), typeof(ValueTuple<,>), typeof(ValueTuple<,,>),
        typeof(ValueTuple<,,,>), typeof(SortedDictionary<,>), typeof(LinkedList<>), typeof(Queue<>),
        typeof(Stack<>), typeof(SortedSet<>),
    };
    static readonly Type[] Views = {
        typeof(IList<>), typeof(IEnumerable<>), typeof(ICollection<>), typeof(IReadOnlyList<>),
        typeof(IReadOnlyCollection<>),
    };
    static readonly object Turn = new object();

    // Mono's own streams take no descriptor that Mono has not opened.
    [DllImport("libc.so.6", SetLastError = true)]
    static extern IntPtr read(int descriptor, byte[] bytes, IntPtr count);

    [DllImport("libc.so.6", SetLastError = true)]
    static extern IntPtr write(int descriptor, byte[] bytes, IntPtr count);

    /// The candidate's answer to a call; where it has none this process ends.
    public static T Ask<T>(Type[] types, object[] given) {
        lock (Turn) {
            try {
                Send(Bytes(writer => WriteAll(writer, types, given)));
            } catch (IOException) { // it has left: there will be no answer
            }
            byte[] payload = Received(true);
            var reader = new BinaryReader(new MemoryStream(payload), new UTF8Encoding(false));
            try {
                if (reader.ReadByte() != 'v') throw Leave(Text(reader));
                var value = (T) Read(reader, typeof(T), 0);
                if (reader.BaseStream.Position != payload.Length) throw Leave("its answer has bytes too many");
                return value;
            } catch (Exception e) {
                throw Leave("the candidate's answer cannot be read: " + e.Message);
            }
        }
    }

    /// Answer calls until nobody asks any more; never returns.
    public static void Serve(Type[] types, Type result, Func<object[], object> call) {
        for (byte[] asked = Received(false); asked != null; asked = Received(false)) {
            byte[] answer;
            try {
                var reader = new BinaryReader(new MemoryStream(asked), new UTF8Encoding(false));
                var given = new object[types.Length];
                for (int i = 0; i < given.Length; i++) given[i] = Read(reader, types[i], 0);
                object value = call(given);
                answer = Bytes(writer => {
                    writer.Write((byte) 'v');
                    Write(writer, value, result, 0);
                });
                if (answer.Length > MessageBytes) throw new InvalidDataException("an answer of 16 MiB or more");
            } catch (Exception e) {
                string line = Line(e.GetType() + ": " + e.Message);
                answer = Bytes(writer => {
                    writer.Write((byte) 'r');
                    Write(writer, line, typeof(string), 0);
                });
            }
            Send(answer);
        }
        Environment.Exit(0);
    }

    static byte[] Bytes(Action<BinaryWriter> written) {
        var stream = new MemoryStream();
        written(new BinaryWriter(stream));
        return stream.ToArray();
    }

    static void WriteAll(BinaryWriter writer, Type[] types, object[] values) {
        for (int i = 0; i < types.Length; i++) Write(writer, values[i], types[i], 0);
    }

    static Exception Leave(string why) {
        Console.Error.WriteLine(Line(why));
        Console.Error.Flush();
        Environment.Exit(CandidateErred);
        return new Exception();
    }

    static string Line(string text) {
        string line = string.Join(" ", text.Split((char[]) null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length > LineChars ? line.Substring(0, LineChars) : line;
    }

    static void Send(byte[] payload) {
        int length = payload.Length;
        var message = new byte[4 + length];
        for (int i = 0; i < 4; i++) message[i] = (byte) (length >> (24 - 8 * i));
        Buffer.BlockCopy(payload, 0, message, 4, length);
        for (int sent = 0; sent < message.Length;) {
            var rest = new byte[message.Length - sent];
            Buffer.BlockCopy(message, sent, rest, 0, rest.Length);
            int more = (int) write(4, rest, (IntPtr) rest.Length);
            if (more <= 0 && Marshal.GetLastWin32Error() != Interrupted) throw new IOException("nobody reads");
            if (more > 0) sent += more;
        }
    }

    /// The next message; null where nobody asks any more. A checker leaves where none comes.
    static byte[] Received(bool wanted) {
        byte[] head = Filled(4), payload = null;
        if (head != null) {
            int length = head[0] << 24 | head[1] << 16 | head[2] << 8 | head[3];
            if (length < 0 || length > MessageBytes) {
                if (wanted) throw Leave("the candidate's answer is of " + length + " bytes");
                return null;
            }
            payload = Filled(length);
        }
        if (payload == null && wanted) throw Leave("the candidate left");
        return payload;
    }

    static byte[] Filled(int count) {
        var bytes = new byte[count];
        for (int have = 0; have < count;) {
            var part = new byte[Math.Min(count - have, 1 << 16)];
            int more = (int) read(3, part, (IntPtr) part.Length);
            if (more < 0 && Marshal.GetLastWin32Error() == Interrupted) continue;
            if (more <= 0) return null;
            Buffer.BlockCopy(part, 0, bytes, have, more);
            have += more;
        }
        return bytes;
    }

    static void Text(BinaryWriter writer, string text) {
        byte[] bytes = new byte[2 * text.Length]; // any surrogate, in a pair or not
        for (int i = 0; i < text.Length; i++) {
            bytes[2 * i] = (byte) (text[i] >> 8);
            bytes[2 * i + 1] = (byte) text[i];
        }
        writer.Write(bytes.Length);
        writer.Write(bytes);
    }

    static string Text(BinaryReader reader) {
        if (reader.ReadByte() == 0) return null;
        byte[] bytes = reader.ReadBytes(Count(reader));
        var text = new StringBuilder(bytes.Length / 2);
        for (int i = 0; i + 1 < bytes.Length; i += 2) text.Append((char) (bytes[i] << 8 | bytes[i + 1]));
        return text.ToString();
    }

    static int Count(BinaryReader reader) {
        int count = reader.ReadInt32();
        if (count < 0 || count > reader.BaseStream.Length) throw new InvalidDataException("a count of " + count);
        return count;
    }

    static Type Standard(Type type) {
        if (!type.IsGenericType) return type;
        Type whole = type.GetGenericTypeDefinition();
        return Array.IndexOf(Views, whole) >= 0 ? typeof(List<>).MakeGenericType(type.GetGenericArguments()) : type;
    }

    static void Write(BinaryWriter writer, object value, Type type, int depth) {
        if (depth > Deepest) throw new InvalidDataException("a value of more than 200 levels");
        type = Standard(type);
        if (!type.IsValueType || Nullable.GetUnderlyingType(type) != null) {
            writer.Write((byte) (value == null ? 0 : 1));
            if (value == null) return;
        }
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(object)) {
            Type real = Standard(value.GetType());
            if (real == typeof(object)) throw new InvalidDataException("a bare object cannot cross");
            WriteType(writer, real, 0);
            Write(writer, value, real, depth + 1);
        } else if (Array.IndexOf(Scalars, type) >= 0) WriteScalar(writer, value, type);
        else if (type.IsArray || typeof(IEnumerable).IsAssignableFrom(type)) {
            var items = new List<object>();
            foreach (object each in (IEnumerable) value) items.Add(each);
            writer.Write(items.Count);
            foreach (object each in items) Write(writer, each, Element(type), depth + 1);
        } else {
            Type[] parts = type.GetGenericArguments();
            for (int i = 0; i < parts.Length; i++) Write(writer, Part(type, value, i), parts[i], depth + 1);
            if (parts.Length == 0) throw new InvalidDataException("a value of " + type + " cannot cross; plain values can");
        }
    }

    static object Part(Type type, object value, int number) {
        string name = type.GetGenericTypeDefinition() == typeof(KeyValuePair<,>)
            ? (number == 0 ? "Key" : "Value") : "Item" + (number + 1);
        FieldInfo field = type.GetField(name);
        if (field != null) return field.GetValue(value);
        PropertyInfo property = type.GetProperty(name);
        if (property == null) throw new InvalidDataException("a value of " + type + " cannot cross; plain values can");
        return property.GetValue(value, null);
    }

    static Type Element(Type type) {
        if (type.IsArray) return type.GetElementType();
        Type[] parts = type.GetGenericArguments();
        if (parts.Length == 1) return parts[0];
        if (parts.Length == 2) return typeof(KeyValuePair<,>).MakeGenericType(parts);
        throw new InvalidDataException("a value of " + type + " cannot cross; plain values can");
    }

    static void WriteScalar(BinaryWriter writer, object value, Type type) {
        if (type == typeof(string)) Text(writer, (string) value);
        else if (type == typeof(char)) writer.Write((ushort) (char) value);
        else if (type == typeof(BigInteger)) {
            byte[] bytes = ((BigInteger) value).ToByteArray();
            writer.Write(bytes.Length);
            writer.Write(bytes);
        } else typeof(BinaryWriter).GetMethod("Write", new[] {type}).Invoke(writer, new[] {value});
    }

    static object Read(BinaryReader reader, Type type, int depth) {
        if (depth > Deepest) throw new InvalidDataException("a value of more than 200 levels");
        type = Standard(type);
        if (type == typeof(string)) return Text(reader);
        if ((!type.IsValueType || Nullable.GetUnderlyingType(type) != null) && reader.ReadByte() == 0) return null;
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(object)) return Read(reader, ReadType(reader, 0), depth + 1);
        if (type == typeof(char)) return (char) reader.ReadUInt16();
        if (type == typeof(BigInteger)) return new BigInteger(reader.ReadBytes(Count(reader)));
        if (Array.IndexOf(Scalars, type) >= 0)
            return typeof(BinaryReader).GetMethod("Read" + type.Name).Invoke(reader, null);
        if (type.IsArray || typeof(IEnumerable).IsAssignableFrom(type)) return ReadMany(reader, type, depth);
        Type[] parts = type.GetGenericArguments();
        var given = new object[parts.Length];
        for (int i = 0; i < parts.Length; i++) given[i] = Read(reader, parts[i], depth + 1);
        return Activator.CreateInstance(type, given);
    }

    static object ReadMany(BinaryReader reader, Type type, int depth) {
        Type element = Element(type);
        int count = Count(reader);
        Type[] parts = type.GetGenericArguments();
        if (parts.Length == 2) {
            var map = (IDictionary) Activator.CreateInstance(type);
            for (int i = 0; i < count; i++) {
                object key = Read(reader, parts[0], depth + 1);
                map[key] = Read(reader, parts[1], depth + 1);
            }
            return map;
        }
        var list = (IList) Activator.CreateInstance(typeof(List<>).MakeGenericType(element));
        for (int i = 0; i < count; i++) list.Add(Read(reader, element, depth + 1));
        if (!type.IsArray) return type == list.GetType() ? list : Activator.CreateInstance(type, list);
        var array = Array.CreateInstance(element, list.Count);
        list.CopyTo(array, 0);
        return array;
    }

    static void WriteType(BinaryWriter writer, Type type, int depth) {
        if (depth > Deepest) throw new InvalidDataException("a type of more than 200 levels");
        int scalar = Array.IndexOf(Scalars, type);
        if (scalar >= 0) writer.Write((byte) scalar);
        else if (type == typeof(object)) writer.Write((byte) 100);
        else if (type.IsArray) {
            writer.Write((byte) 101);
            WriteType(writer, type.GetElementType(), depth + 1);
        } else {
            int whole = type.IsGenericType ? Array.IndexOf(Generics, type.GetGenericTypeDefinition()) : -1;
            if (whole < 0) throw new InvalidDataException("a value of " + type + " cannot cross; plain values can");
            writer.Write((byte) (102 + whole));
            foreach (Type each in type.GetGenericArguments()) WriteType(writer, each, depth + 1);
        }
    }

    static Type ReadType(BinaryReader reader, int depth) {
        if (depth > Deepest) throw new InvalidDataException("a type of more than 200 levels");
        int kind = reader.ReadByte();
        if (kind < 100) return Scalars[kind];
        if (kind == 100) return typeof(object);
        if (kind == 101) return ReadType(reader, depth + 1).MakeArrayType();
        Type whole = Generics[kind - 102];
        var parts = new Type[whole.GetGenericArguments().Length];
        for (int i = 0; i < parts.Length; i++) parts[i] = ReadType(reader, depth + 1);
        return whole.MakeGenericType(parts);
    }
}
