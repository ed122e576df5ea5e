package graderwire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"reflect"
)

const depthLimit = 200

var (
	anyType   = reflect.TypeOf((*interface{})(nil)).Elem()
	errorType = reflect.TypeOf((*error)(nil)).Elem()
	basic     = map[reflect.Kind]reflect.Type{}
)

func init() {
	for _, each := range []interface{}{
		false, "", 0, int8(0), int16(0), int32(0), int64(0), uint(0), uint8(0), uint16(0), uint32(0),
		uint64(0), uintptr(0), float32(0), float64(0), complex64(0), complex128(0),
	} {
		kind := reflect.TypeOf(each)
		basic[kind.Kind()] = kind
	}
}

func putNumber(out []byte, number uint64) []byte {
	var bytes [8]byte
	binary.BigEndian.PutUint64(bytes[:], number)
	return append(out, bytes[:]...)
}

func putCount(out []byte, count int) []byte {
	var bytes [4]byte
	binary.BigEndian.PutUint32(bytes[:], uint32(count))
	return append(out, bytes[:]...)
}

func putText(out []byte, text string) []byte {
	return append(putCount(out, len(text)), text...)
}

// A value by the kind of its type; where a type says nothing, the type comes first.
func put(out []byte, from reflect.Value, depth int) []byte {
	if depth > depthLimit {
		panic("a value of more than 200 levels")
	}
	switch from.Kind() {
	case reflect.Bool:
		if from.Bool() {
			return append(out, 1)
		}
		return append(out, 0)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return putNumber(out, uint64(from.Int()))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return putNumber(out, from.Uint())
	case reflect.Float32, reflect.Float64:
		return putNumber(out, math.Float64bits(from.Float()))
	case reflect.Complex64, reflect.Complex128:
		out = putNumber(out, math.Float64bits(real(from.Complex())))
		return putNumber(out, math.Float64bits(imag(from.Complex())))
	case reflect.String:
		return putText(out, from.String())
	case reflect.Slice, reflect.Map, reflect.Ptr, reflect.Interface:
		if from.IsNil() {
			return append(out, 0)
		}
		return putBehind(append(out, 1), from, depth)
	case reflect.Array:
		for place := 0; place < from.Len(); place++ {
			out = put(out, from.Index(place), depth+1)
		}
		return out
	case reflect.Struct:
		for place := 0; place < from.NumField(); place++ {
			out = put(out, from.Field(place), depth+1)
		}
		return out
	}
	panic(fmt.Sprintf("a value of type %v cannot cross; plain values can", from.Type()))
}

func putBehind(out []byte, from reflect.Value, depth int) []byte {
	switch from.Kind() {
	case reflect.Slice:
		out = putCount(out, from.Len())
		for place := 0; place < from.Len(); place++ {
			out = put(out, from.Index(place), depth+1)
		}
		return out
	case reflect.Map:
		out = putCount(out, from.Len())
		for _, key := range from.MapKeys() {
			out = put(out, key, depth+1)
			out = put(out, from.MapIndex(key), depth+1)
		}
		return out
	case reflect.Ptr:
		return put(out, from.Elem(), depth+1)
	}
	if from.Type().Implements(errorType) {
		return putText(out, from.Interface().(error).Error())
	}
	inner := from.Elem()
	return put(putType(out, inner.Type(), depth), inner, depth+1)
}

// A type without its name: what a name's methods say is never asked.
func putType(out []byte, kind reflect.Type, depth int) []byte {
	if depth > depthLimit {
		panic("a type of more than 200 levels")
	}
	if _, is := basic[kind.Kind()]; is {
		return append(out, 'b', byte(kind.Kind()))
	}
	switch kind.Kind() {
	case reflect.Slice:
		return putType(append(out, 's'), kind.Elem(), depth+1)
	case reflect.Array:
		return putType(putCount(append(out, 'a'), kind.Len()), kind.Elem(), depth+1)
	case reflect.Map:
		return putType(putType(append(out, 'm'), kind.Key(), depth+1), kind.Elem(), depth+1)
	case reflect.Ptr:
		return putType(append(out, 'p'), kind.Elem(), depth+1)
	case reflect.Interface:
		if kind.NumMethod() == 0 {
			return append(out, 'i')
		}
	}
	panic(fmt.Sprintf("a value of type %v cannot cross; plain values can", kind))
}

type source struct {
	rest []byte
	made int
}

func (from *source) take(count int) []byte {
	if count < 0 || count > len(from.rest) {
		panic("it ends early")
	}
	taken := from.rest[:count]
	from.rest = from.rest[count:]
	return taken
}

func (from *source) number() uint64 { return binary.BigEndian.Uint64(from.take(8)) }

func (from *source) count() int { return int(binary.BigEndian.Uint32(from.take(4))) }

func (from *source) text() string { return string(from.take(from.count())) }

// Elements may be of no bytes each; what they take in memory is bounded even so.
func (from *source) elements() int {
	count := from.count()
	from.made += count
	if from.made > messageBytes {
		panic("too many elements")
	}
	return count
}

func (from *source) get(kind reflect.Type, depth int) reflect.Value {
	if depth > depthLimit {
		panic("more than 200 levels")
	}
	made := reflect.New(kind).Elem()
	switch kind.Kind() {
	case reflect.Bool:
		made.SetBool(from.take(1)[0] != 0)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		made.SetInt(int64(from.number()))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		made.SetUint(from.number())
	case reflect.Float32, reflect.Float64:
		made.SetFloat(math.Float64frombits(from.number()))
	case reflect.Complex64, reflect.Complex128:
		whole := math.Float64frombits(from.number())
		made.SetComplex(complex(whole, math.Float64frombits(from.number())))
	case reflect.String:
		made.SetString(from.text())
	case reflect.Slice, reflect.Map, reflect.Ptr, reflect.Interface:
		if from.take(1)[0] != 0 {
			from.getBehind(made, depth)
		}
	case reflect.Array:
		for place := 0; place < made.Len(); place++ {
			made.Index(place).Set(from.get(kind.Elem(), depth+1))
		}
	case reflect.Struct:
		for place := 0; place < made.NumField(); place++ {
			made.Field(place).Set(from.get(kind.Field(place).Type, depth+1))
		}
	default:
		panic(fmt.Sprintf("a value of type %v", kind))
	}
	return made
}

func (from *source) getBehind(made reflect.Value, depth int) {
	kind := made.Type()
	switch kind.Kind() {
	case reflect.Slice:
		count := from.elements()
		made.Set(reflect.MakeSlice(kind, 0, min(count, len(from.rest))))
		for ; count > 0; count-- {
			made.Set(reflect.Append(made, from.get(kind.Elem(), depth+1)))
		}
	case reflect.Map:
		made.Set(reflect.MakeMap(kind))
		for count := from.elements(); count > 0; count-- {
			key := from.get(kind.Key(), depth+1)
			made.SetMapIndex(key, from.get(kind.Elem(), depth+1))
		}
	case reflect.Ptr:
		made.Set(reflect.New(kind.Elem()))
		made.Elem().Set(from.get(kind.Elem(), depth+1))
	default:
		if kind.Implements(errorType) {
			made.Set(reflect.ValueOf(errors.New(from.text())))
			return
		}
		made.Set(from.get(from.dynamic(0), depth+1))
	}
}

func (from *source) dynamic(depth int) reflect.Type {
	if depth > depthLimit {
		panic("a type of more than 200 levels")
	}
	switch from.take(1)[0] {
	case 'b':
		if found, is := basic[reflect.Kind(from.take(1)[0])]; is {
			return found
		}
	case 's':
		return reflect.SliceOf(from.dynamic(depth + 1))
	case 'a':
		count := from.elements()
		array := reflect.ArrayOf(count, from.dynamic(depth+1))
		if array.Size() > messageBytes {
			panic("an array of 16 MiB or more")
		}
		return array
	case 'm':
		key := from.dynamic(depth + 1)
		return reflect.MapOf(key, from.dynamic(depth+1))
	case 'p':
		return reflect.PtrTo(from.dynamic(depth + 1))
	case 'i':
		return anyType
	}
	panic("no such type")
}

func min(one, other int) int {
	if one < other {
		return one
	}
	return other
}
