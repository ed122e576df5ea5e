// Values over two pipes, both ends. C++11, and no header that HumanEval-X's own programs do not
// have: what a candidate may use without an #include is what it may use officially.
#ifndef GRADER_VALUES_HPP
#define GRADER_VALUES_HPP
#include <cstring>
#include <exception>
#include <stdio.h>
#include <string>
#include <typeinfo>
#include <vector>

extern "C" long read(int, void *, unsigned long);
extern "C" long write(int, const void *, unsigned long);
extern "C" void _exit(int) __attribute__((noreturn));

namespace grader_ {

struct Nonsense {};
struct Nothing {};
template <class T> void any_cast(Nothing);  // so that argument-dependent lookup finds others
template <class T> void get(Nothing);
template <unsigned long N> void get(Nothing);

const unsigned long most = 16ul << 20;

struct Message {
    std::string bytes;
    unsigned long at;
    Message() : at(0) {}
    void put(const void *from, unsigned long size) {
        if (size > most - bytes.size()) throw Nonsense();
        bytes.append(static_cast<const char *>(from), size);
    }
    void take(void *to, unsigned long size) {
        if (size > bytes.size() - at) throw Nonsense();
        std::memcpy(to, bytes.data() + at, size);
        at += size;
    }
    unsigned long left() const { return bytes.size() - at; }
};

inline bool send(const Message &message) {
    unsigned long size = message.bytes.size();
    std::string all;
    for (int shift = 24; shift >= 0; shift -= 8) all.push_back(static_cast<char>(size >> shift));
    all += message.bytes;
    for (unsigned long at = 0; at < all.size();) {
        long done = write(4, all.data() + at, all.size() - at);
        if (done <= 0) return false;
        at += done;
    }
    return true;
}

inline bool exactly(char *to, unsigned long size) {
    while (size) {
        long got = read(3, to, size);
        if (got <= 0) return false;
        to += got;
        size -= got;
    }
    return true;
}

inline bool receive(Message &message) {
    unsigned char head[4];
    if (!exactly(reinterpret_cast<char *>(head), 4)) return false;
    unsigned long size = 0;
    for (int each = 0; each < 4; ++each) size = size << 8 | head[each];
    if (size > most) throw Nonsense();
    message.bytes.assign(size, '\0');
    message.at = 0;
    return exactly(&message.bytes[0], size);
}

// Which kind of type it is, by what it has.
template <class T> struct Decayed { typedef T type; };
template <class T> struct Decayed<T &> { typedef T type; };
template <class T> struct Decayed<T &&> { typedef T type; };
template <class T> struct Decayed<const T> { typedef T type; };
template <class T> struct Decayed<const T &> { typedef T type; };

enum Kind { UNKNOWN, SCALAR, SEQUENCE, SORTED, MAPPED, TUPLE, MAYBE, ANYTHING };

template <class T> struct Traits {
    template <class U> static char (&map(typename U::mapped_type *))[2];
    template <class U> static char (&map(...))[1];
    template <class U> static char (&key(typename U::key_type *))[2];
    template <class U> static char (&key(...))[1];
    template <class U> static char (&sequence(decltype(static_cast<U *>(0)->push_back(static_cast<U *>(0)->front())) *))[2];
    template <class U> static char (&sequence(...))[1];
    template <class U> static char (&tuple(decltype(std::tuple_size<U>::value) *))[2];
    template <class U> static char (&tuple(...))[1];
    template <class U> static char (&maybe(decltype(static_cast<U *>(0)->has_value()) *, typename U::value_type *))[2];
    template <class U> static char (&maybe(...))[1];
    template <class U> static char (&anything(decltype(&static_cast<U *>(0)->type()) *))[2];
    template <class U> static char (&anything(...))[1];
    template <class U> static char (&array(decltype(static_cast<U *>(0)->fill(static_cast<U *>(0)->front())) *))[2];
    template <class U> static char (&array(...))[1];
    static const Kind kind = std::is_arithmetic<T>::value || std::is_enum<T>::value ? SCALAR
        : sizeof(map<T>(0)) == 2 ? MAPPED
        : sizeof(key<T>(0)) == 2 ? SORTED
        : sizeof(sequence<T>(0)) == 2 ? SEQUENCE
        : sizeof(maybe<T>(0, 0)) == 2 ? MAYBE
        : sizeof(anything<T>(0)) == 2 ? ANYTHING
        : sizeof(tuple<T>(0)) == 2 ? TUPLE : UNKNOWN;
};

template <class T, Kind kind = Traits<T>::kind> struct Value {
    static_assert(sizeof(T) == 0, "a value of this type does not cross");
};
template <class T> void put(Message &message, const T &value) { Value<T>::put(message, value); }
template <class T> void take(Message &message, T &value) { Value<T>::take(message, value); }

template <class T> struct Value<T, SCALAR> {
    static void put(Message &message, const T &value) { message.put(&value, sizeof value); }
    static void take(Message &message, T &value) { message.take(&value, sizeof value); }
};
template <> struct Value<bool, SCALAR> {
    static void put(Message &message, const bool &value) {
        char byte = value ? 1 : 0;
        message.put(&byte, 1);
    }
    static void take(Message &message, bool &value) {
        char byte;
        message.take(&byte, 1);
        if (byte != 0 && byte != 1) throw Nonsense();
        value = byte == 1;
    }
};

inline unsigned long counted(Message &message) {
    unsigned long count;
    message.take(&count, sizeof count);
    if (count > message.left()) throw Nonsense();
    return count;
}
template <class T> void put_all(Message &message, const T &value) {
    unsigned long count = 0;
    for (typename T::const_iterator each = value.begin(); each != value.end(); ++each) ++count;
    message.put(&count, sizeof count);
    for (typename T::const_iterator each = value.begin(); each != value.end(); ++each) {
        typename T::value_type item = *each;
        grader_::put(message, item);
    }
}
template <class T> struct Value<T, SEQUENCE> {
    static void put(Message &message, const T &value) { put_all(message, value); }
    static void take(Message &message, T &value) {
        value = T();
        for (unsigned long count = counted(message); count; --count) {
            typename T::value_type item = typename T::value_type();
            grader_::take(message, item);
            value.push_back(item);
        }
    }
};
template <> struct Value<std::string, SEQUENCE> {
    static void put(Message &message, const std::string &value) {
        unsigned long count = value.size();
        message.put(&count, sizeof count);
        message.put(value.data(), count);
    }
    static void take(Message &message, std::string &value) {
        value.assign(counted(message), '\0');
        message.take(&value[0], value.size());
    }
};
template <class T> struct Value<T, SORTED> {
    static void put(Message &message, const T &value) { put_all(message, value); }
    static void take(Message &message, T &value) {
        value = T();
        for (unsigned long count = counted(message); count; --count) {
            typename T::key_type item = typename T::key_type();
            grader_::take(message, item);
            value.insert(item);
        }
    }
};
template <class T> struct Value<T, MAPPED> {
    static void put(Message &message, const T &value) {
        unsigned long count = value.size();
        message.put(&count, sizeof count);
        for (typename T::const_iterator each = value.begin(); each != value.end(); ++each) {
            grader_::put(message, each->first);
            grader_::put(message, each->second);
        }
    }
    static void take(Message &message, T &value) {
        value = T();
        for (unsigned long count = counted(message); count; --count) {
            typename T::key_type key = typename T::key_type();
            typename T::mapped_type item = typename T::mapped_type();
            grader_::take(message, key);
            grader_::take(message, item);
            value.insert(typename T::value_type(key, item));
        }
    }
};
template <class T> struct Value<T, MAYBE> {
    static void put(Message &message, const T &value) {
        bool is_there = value.has_value();
        grader_::put(message, is_there);
        if (is_there) grader_::put(message, *value);
    }
    static void take(Message &message, T &value) {
        bool is_there;
        grader_::take(message, is_there);
        value.reset();
        if (!is_there) return;
        typename T::value_type item = typename T::value_type();
        grader_::take(message, item);
        value = item;
    }
};

template <class T, unsigned long N, unsigned long Size> struct Parts {
    static void put(Message &message, const T &value) {
        grader_::put(message, get<N>(value));
        Parts<T, N + 1, Size>::put(message, value);
    }
    static void take(Message &message, T &value) {
        grader_::take(message, get<N>(value));
        Parts<T, N + 1, Size>::take(message, value);
    }
};
template <class T, unsigned long Size> struct Parts<T, Size, Size> {
    static void put(Message &, const T &) {}
    static void take(Message &, T &) {}
};
template <class T> struct Value<T, TUPLE> : Parts<T, 0, std::tuple_size<T>::value> {};

// What may stand in an `any`, by a number.
template <class T> struct Held {
    template <class Any> static bool put(Message &message, const Any &value, char number) {
        if (value.type() != typeid(T)) return false;
        message.put(&number, 1);
        grader_::put(message, *any_cast<T>(&value));
        return true;
    }
    template <class Any> static bool take(Message &message, Any &value, char number, char wanted) {
        if (number != wanted) return false;
        T item = T();
        grader_::take(message, item);
        value = item;
        return true;
    }
};
template <class T> struct Value<T, ANYTHING> {
    static void put(Message &message, const T &value) {
        bool known = Held<int>::put(message, value, 1) || Held<long>::put(message, value, 2)
            || Held<double>::put(message, value, 3) || Held<float>::put(message, value, 4)
            || Held<bool>::put(message, value, 5) || Held<char>::put(message, value, 6)
            || Held<std::string>::put(message, value, 7) || Held<std::vector<T>>::put(message, value, 8)
            || Held<std::vector<int>>::put(message, value, 9) || Held<std::vector<long>>::put(message, value, 10)
            || Held<std::vector<float>>::put(message, value, 11)
            || Held<std::vector<std::string>>::put(message, value, 12);
        if (known) return;
        char number = 0;
        if (value.type() == typeid(const char *)) {
            number = 13;
            message.put(&number, 1);
            grader_::put(message, std::string(*any_cast<const char *>(&value)));
            return;
        }
        if (value.type() != typeid(void)) throw Nonsense();
        message.put(&number, 1);
    }
    static void take(Message &message, T &value) {
        char number;
        message.take(&number, 1);
        value = T();
        bool known = Held<int>::take(message, value, number, 1) || Held<long>::take(message, value, number, 2)
            || Held<double>::take(message, value, number, 3) || Held<float>::take(message, value, number, 4)
            || Held<bool>::take(message, value, number, 5) || Held<char>::take(message, value, number, 6)
            || Held<std::string>::take(message, value, number, 7) || Held<std::vector<T>>::take(message, value, number, 8)
            || Held<std::vector<int>>::take(message, value, number, 9)
            || Held<std::vector<long>>::take(message, value, number, 10)
            || Held<std::vector<float>>::take(message, value, number, 11)
            || Held<std::vector<std::string>>::take(message, value, number, 12);
        if (known || number == 0) return;
        if (number != 13) throw Nonsense();
        std::string text;
        grader_::take(message, text);
        char *kept = new char[text.size() + 1];
        std::memcpy(kept, text.c_str(), text.size() + 1);
        value = static_cast<const char *>(kept);
    }
};

// An argument that the function may change is told again after the call.
template <class A> struct Changed {
    template <class T> static void put(Message &, const T &) {}
    template <class T> static void take(Message &, T &) {}
};
template <class T> struct Changed<T &> {
    static void put(Message &message, const T &value) { grader_::put(message, value); }
    static void take(Message &message, T &value) { grader_::take(message, value); }
};
template <class T> struct Changed<const T &> {
    static void put(Message &, const T &) {}
    static void take(Message &, const T &) {}
};

inline void leave(const std::string &why) __attribute__((noreturn));
inline void leave(const std::string &why) {
    write(2, why.data(), why.size() < 1000 ? why.size() : 1000);
    _exit(97);
}

// The checker's side: what the stub calls.
inline void put_given(Message &) {}
template <class A, class... Rest> void put_given(Message &message, const A &first, const Rest &...rest) {
    grader_::put(message, first);
    put_given(message, rest...);
}
template <class F> struct Asked;
template <class R, class... Given> struct Asked<R (*)(Given...)> {
    template <class A, class... Rest> struct Back {
        template <class T, class... More> static void take(Message &message, T &first, More &...rest) {
            Changed<A>::take(message, first);
            Next<Rest...>::take(message, rest...);
        }
    };
    template <class... Rest> struct Next {
        static void take(Message &) {}
    };
    template <class A, class... Rest> struct Next<A, Rest...> : Back<A, Rest...> {};
    template <class... Some> static Message answered(Some &...given) {
        Message message;
        try {
            put_given(message, given...);
            if (!send(message) || !receive(message)) leave("left before the tests were over");
            char kind;
            message.take(&kind, 1);
            if (kind == 1) leave(message.bytes.substr(1));
            if (kind != 0) throw Nonsense();
        } catch (const Nonsense &) {
            leave("talked nonsense");
        }
        return message;
    }
    template <class T, class... Some> static T result(T *, Some &...given) {
        Message message = answered(given...);
        T value = T();
        try {
            grader_::take(message, value);
            Next<Given...>::take(message, given...);
        } catch (const Nonsense &) {
            leave("talked nonsense");
        }
        if (message.left()) leave("talked nonsense");
        return value;
    }
    template <class... Some> static void result(void *, Some &...given) {
        Message message = answered(given...);
        try {
            Next<Given...>::take(message, given...);
        } catch (const Nonsense &) {
            leave("talked nonsense");
        }
    }
    template <class... Some> static typename Decayed<R>::type ask(Some &...given) {
        return result(static_cast<typename Decayed<R>::type *>(0), given...);
    }
};

// The candidate's side.
template <class F> struct Server;
template <class R> struct Called {
    template <class F, class... Some> static void put(Message &answer, F function, Some &...given) {
        typename Decayed<R>::type value = function(given...);
        grader_::put(answer, value);
    }
};
template <> struct Called<void> {
    template <class F, class... Some> static void put(Message &, F function, Some &...given) { function(given...); }
};
template <class R, class... Given> struct Server<R (*)(Given...)> {
    typedef R (*Function)(Given...);
    template <class... Left> struct Rest {
        template <class... Some> static void go(Message &, Message &answer, Function function, Some &...given) {
            Called<R>::put(answer, function, given...);
            Back<Given...>::put(answer, given...);
        }
    };
    template <class A, class... Left> struct Rest<A, Left...> {
        template <class... Some> static void go(Message &asked, Message &answer, Function function, Some &...given) {
            typename Decayed<A>::type value = typename Decayed<A>::type();
            grader_::take(asked, value);
            Rest<Left...>::go(asked, answer, function, given..., value);
        }
    };
    template <class... Left> struct Back {
        static void put(Message &) {}
    };
    template <class A, class... Left> struct Back<A, Left...> {
        template <class T, class... More> static void put(Message &answer, T &first, More &...rest) {
            Changed<A>::put(answer, first);
            Back<Left...>::put(answer, rest...);
        }
    };
    static void answer_one(Function function, Message &asked, Message &answer) {
        answer.bytes.assign(1, '\0');
        Rest<Given...>::go(asked, answer, function);
    }
};

inline Message raised(const std::string &why) {
    Message message;
    message.bytes = '\1' + why.substr(0, 1000);
    return message;
}

template <class F> int serve(F function) {
    Message asked;
    while (receive(asked)) {
        Message answer;
        try {
            Server<F>::answer_one(function, asked, answer);
        } catch (const Nonsense &) {
            answer = raised("a value that does not cross");
        } catch (const std::exception &error) {
            answer = raised(std::string("threw an exception: ") + error.what());
        } catch (...) {
            answer = raised("threw something");
        }
        if (!send(answer)) break;
    }
    fflush(0);
    _exit(0);
}

}  // namespace grader_
#endif
