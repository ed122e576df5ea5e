/// Both ends of an interview: a checker asks, a candidate serves. Plain values cross, each as its
/// type says. Little-endian; lengths and counts are 32 bits.
module graderwire;

import core.stdc.errno : errno, EINTR;
import core.sys.posix.unistd : _exit, read, write;
import std.traits : isArray, isAssociativeArray, isFloatingPoint, isIntegral, isSomeChar, isBoolean,
    isStaticArray, KeyType, Parameters, ReturnType, TemplateOf, Unqual, ValueType;
import std.typecons : Nullable, Tuple;

enum most = 16 << 20;
enum lineChars = 1000;
enum candidateErred = 97;

class Nonsense : Exception
{
    this(string why) @safe pure nothrow
    {
        super(why);
    }
}

private template isA(T, alias Whole)
{
    static if (__traits(compiles, TemplateOf!T))
        enum isA = __traits(isSame, TemplateOf!T, Whole);
    else
        enum isA = false;
}

/// The candidate's answer to a call; where it has none this process ends.
T ask(T, Given...)(Given given)
{
    ubyte[] question;
    foreach (ref each; given)
        encode(question, each);
    send(question); // where it has left there is no answer
    auto told = receive();
    if (told is null)
        leave("left before the tests were over");
    if (told.length == 0 || told[0] != '=')
        leave(told.length ? cast(const(char)[]) told[1 .. $] : "talked nonsense");
    auto rest = told[1 .. $];
    try
    {
        T value = decode!T(rest);
        if (rest.length)
            leave("its answer has bytes too many");
        return value;
    }
    catch (Throwable e)
    {
        leave("talked nonsense: " ~ e.msg);
        assert(0);
    }
}

/// Answer calls until nobody asks any more; never returns.
void serve(alias asked)()
{
    for (auto message = receive(); message !is null; message = receive())
    {
        ubyte[] answer = ['='];
        try
        {
            Unqualified!(Parameters!asked) given;
            foreach (ref each; given)
                each = decode!(typeof(each))(message);
            auto value = asked(given);
            encode(answer, value);
            if (answer.length > most)
                throw new Nonsense("an answer of more than 16 MiB");
        }
        catch (Throwable e)
        {
            auto said = typeid(e).name ~ ": " ~ e.msg;
            answer = cast(ubyte[])("!" ~ (said.length > lineChars ? said[0 .. lineChars] : said).dup);
        }
        if (!send(answer))
            break;
    }
    _exit(0);
}

private template Unqualified(Types...)
{
    import std.meta : staticMap;

    alias Unqualified = staticMap!(Unqual, Types);
}

void encode(T)(ref ubyte[] to, T value)
{
    alias Plain = Unqual!T;
    static if (isBoolean!Plain || isIntegral!Plain || isFloatingPoint!Plain || isSomeChar!Plain)
    {
        Plain[1] one = [value];
        to ~= cast(ubyte[]) one[];
    }
    else static if (isStaticArray!Plain)
    {
        foreach (ref each; value)
            encode(to, each);
    }
    else static if (isArray!Plain)
    {
        encodeCount(to, value.length);
        static if (is(Plain : const(E)[], E) && (isIntegral!E || isSomeChar!E))
            to ~= cast(const(ubyte)[]) value;
        else
            foreach (ref each; value)
                encode(to, each);
    }
    else static if (isAssociativeArray!Plain)
    {
        encodeCount(to, value.length);
        foreach (key, ref each; value)
        {
            encode(to, key);
            encode(to, each);
        }
    }
    else static if (isA!(Plain, Nullable))
    {
        encode(to, !value.isNull);
        if (!value.isNull)
            encode(to, value.get);
    }
    else static if (isA!(Plain, Tuple))
    {
        foreach (ref each; value.expand)
            encode(to, each);
    }
    else
        static assert(false, "a value of " ~ T.stringof ~ " cannot cross; plain values can");
}

private void encodeCount(ref ubyte[] to, size_t count)
{
    if (count > most)
        throw new Nonsense("an answer of more than 16 MiB");
    encode(to, cast(uint) count);
}

private const(ubyte)[] taken(ref ubyte[] from, size_t count)
{
    if (count > from.length)
        throw new Nonsense("a message that ends early");
    auto found = from[0 .. count];
    from = from[count .. $];
    return found;
}

T decode(T)(ref ubyte[] from)
{
    alias Plain = Unqual!T;
    static if (isBoolean!Plain)
        return taken(from, 1)[0] != 0;
    else static if (isIntegral!Plain || isFloatingPoint!Plain || isSomeChar!Plain)
    {
        Plain[1] one;
        (cast(ubyte[]) one[])[] = taken(from, Plain.sizeof);
        return one[0];
    }
    else static if (isStaticArray!Plain)
    {
        Plain all;
        foreach (ref each; all)
            each = decode!(typeof(each))(from);
        return all;
    }
    else static if (is(Plain : const(E)[], E))
    {
        immutable count = decode!uint(from);
        Unqual!E[] all;
        static if (isIntegral!E || isSomeChar!E)
            all = cast(Unqual!E[]) taken(from, count * E.sizeof).dup;
        else
        {
            if (count > from.length)
                throw new Nonsense("a message that ends early");
            all.reserve(count);
            foreach (_; 0 .. count)
                all ~= decode!(Unqual!E)(from);
        }
        return cast(T) all;
    }
    else static if (isAssociativeArray!Plain)
    {
        immutable count = decode!uint(from);
        Unqual!(ValueType!Plain)[KeyType!Plain] all;
        foreach (_; 0 .. count)
        {
            auto key = decode!(KeyType!Plain)(from);
            all[key] = decode!(Unqual!(ValueType!Plain))(from);
        }
        return cast(T) all;
    }
    else static if (isA!(Plain, Nullable))
    {
        Plain found;
        if (decode!bool(from))
            found = decode!(typeof(found.get()))(from);
        return found;
    }
    else static if (isA!(Plain, Tuple))
    {
        Plain found;
        foreach (ref each; found.expand)
            each = decode!(typeof(each))(from);
        return found;
    }
    else
        static assert(false, "a value of " ~ T.stringof ~ " cannot cross; plain values can");
}

void leave(const(char)[] why)
{
    auto line = why.length > lineChars ? why[0 .. lineChars] : why;
    write(2, line.ptr, line.length);
    _exit(candidateErred);
}

/// False where nobody reads.
bool send(const(ubyte)[] body_)
{
    immutable length = body_.length;
    ubyte[] all;
    foreach (shift; [24, 16, 8, 0])
        all ~= cast(ubyte)(length >> shift);
    all ~= body_;
    for (size_t sent = 0; sent < all.length;)
    {
        immutable more = write(4, all.ptr + sent, all.length - sent);
        if (more > 0)
            sent += more;
        else if (errno != EINTR)
            return false;
    }
    return true;
}

/// The next message; null where nobody asks any more.
ubyte[] receive()
{
    auto head = filled(4);
    if (head is null)
        return null;
    immutable size = head[0] << 24 | head[1] << 16 | head[2] << 8 | head[3];
    return size < 0 || size > most ? null : filled(size);
}

private ubyte[] filled(size_t size)
{
    auto found = (new ubyte[](size + 1))[0 .. size]; // one of no bytes is not null
    for (size_t have = 0; have < size;)
    {
        immutable more = read(3, found.ptr + have, size - have);
        if (more > 0)
            have += more;
        else if (more == 0 || errno != EINTR)
            return null;
    }
    return found;
}
