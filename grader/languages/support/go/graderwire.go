// Package graderwire has both ends of an interview: a checker binds functions that ask, a candidate
// serves its own. Plain values cross; what is read back is of Go's own types only.
package graderwire

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"strings"
	"sync"
)

const (
	messageBytes   = 16 << 20
	lineBytes      = 1000
	candidateErred = 97
	value          = 'v'
	raised         = 'r'
)

var (
	turn    sync.Mutex
	asks    *bufio.Reader
	answers *os.File
)

// Bind puts into a variable of a function's type a function that asks the candidate.
func Bind(name string, function interface{}) {
	variable := reflect.ValueOf(function).Elem()
	kind := variable.Type()
	variable.Set(reflect.MakeFunc(kind, func(given []reflect.Value) []reflect.Value {
		return ask(name, kind, given)
	}))
}

// Serve answers calls of a function until nobody asks any more; it never returns.
func Serve(name string, function interface{}) {
	call := reflect.ValueOf(function)
	for {
		asked, err := receive()
		if err == io.EOF {
			os.Exit(0)
		}
		if err != nil {
			os.Exit(1)
		}
		if send(answer(call, asked)) != nil {
			os.Exit(1)
		}
	}
}

func ask(name string, kind reflect.Type, given []reflect.Value) []reflect.Value {
	turn.Lock()
	defer turn.Unlock()
	request, err := encoded(given)
	if err == nil {
		err = send(request)
	}
	if err != nil && !errors.Is(err, os.ErrClosed) && !strings.Contains(err.Error(), "broken pipe") {
		leave(fmt.Sprintf("a call of %s cannot be asked: %v", name, err))
	}
	payload, err := receive()
	if err == io.EOF {
		leave("the candidate left")
	}
	if err != nil {
		leave(fmt.Sprintf("the candidate's answer cannot be read: %v", err))
	}
	results, err := read(kind, payload)
	if err != nil {
		leave(err.Error())
	}
	return results
}

func encoded(values []reflect.Value) (payload []byte, err error) {
	defer func() {
		if problem := recover(); problem != nil {
			err = fmt.Errorf("%v", problem)
		}
	}()
	for _, each := range values {
		payload = put(payload, each, 0)
	}
	if len(payload) > messageBytes {
		return nil, errors.New("a message of 16 MiB or more")
	}
	return payload, nil
}

func read(kind reflect.Type, payload []byte) (results []reflect.Value, err error) {
	defer func() {
		if problem := recover(); problem != nil {
			err = fmt.Errorf("the candidate's answer cannot be read: %v", problem)
		}
	}()
	from := &source{rest: payload[1:]}
	if payload[0] != value {
		return nil, errors.New(oneLine(from.text()))
	}
	for number := 0; number < kind.NumOut(); number++ {
		results = append(results, from.get(kind.Out(number), 0))
	}
	if len(from.rest) > 0 {
		return nil, errors.New("the candidate's answer has bytes too many")
	}
	return results, nil
}

func answer(call reflect.Value, asked []byte) (payload []byte) {
	defer func() {
		if problem := recover(); problem != nil {
			payload = putText([]byte{raised}, oneLine(fmt.Sprintf("panic: %v", problem)))
		}
	}()
	from := &source{rest: asked}
	kind := call.Type()
	var given []reflect.Value
	for number := 0; number < kind.NumIn(); number++ {
		given = append(given, from.get(kind.In(number), 0))
	}
	var results []reflect.Value
	if kind.IsVariadic() {
		results = call.CallSlice(given)
	} else {
		results = call.Call(given)
	}
	found, err := encoded(results)
	if err != nil {
		return putText([]byte{raised}, oneLine(err.Error()))
	}
	return append([]byte{value}, found...)
}

func oneLine(text string) string {
	if len(text) > lineBytes {
		text = text[:lineBytes]
	}
	return strings.Join(strings.Fields(text), " ")
}

func leave(why string) {
	fmt.Fprintln(os.Stderr, oneLine(why))
	os.Exit(candidateErred)
}

func send(payload []byte) error {
	if answers == nil {
		answers = os.NewFile(4, "answers")
	}
	message := make([]byte, 4, 4+len(payload))
	binary.BigEndian.PutUint32(message, uint32(len(payload)))
	_, err := answers.Write(append(message, payload...))
	return err
}

// The next message; io.EOF where the other end has left between two.
func receive() ([]byte, error) {
	if asks == nil {
		asks = bufio.NewReader(os.NewFile(3, "asks"))
	}
	var head [4]byte
	if _, err := io.ReadFull(asks, head[:]); err != nil {
		return nil, err
	}
	length := binary.BigEndian.Uint32(head[:])
	if length > messageBytes {
		return nil, fmt.Errorf("a length of %d", length)
	}
	payload := make([]byte, length)
	if _, err := io.ReadFull(asks, payload); err != nil {
		return nil, io.ErrUnexpectedEOF
	}
	if length == 0 {
		payload = []byte{raised, 0, 0, 0, 0}
	}
	return payload, nil
}
