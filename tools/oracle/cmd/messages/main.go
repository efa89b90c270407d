// SPDX-License-Identifier: Apache-2.0

// messages prints, for every message type of the public chain modules, what the Go code makes of given protobuf bytes: the
// bytes it writes back, its gateway JSON and its legacy amino JSON. The first entry of a type is empty, the others are random.
// A message that the Go code panics on has no entry.
// usage: go run ./cmd/messages -seed 1 -out ../../pure/codec/test/golden/messages.json
package main

import (
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"math/big"
	"math/rand"
	"os"
	"reflect"
	"sort"
	"strings"

	"cosmossdk.io/x/feegrant"
	"cosmossdk.io/x/tx/signing/aminojson"
	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	cryptocodec "github.com/cosmos/cosmos-sdk/crypto/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
	bank "github.com/cosmos/cosmos-sdk/x/bank/types"
	gogoproto "github.com/cosmos/gogoproto/proto"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"
	_ "oracle/types"
)

type entry struct {
	Type  string `json:"type"`
	In    string `json:"in"`
	Out   string `json:"out"`
	JSON  string `json:"gateway_json,omitempty"`
	Amino string `json:"amino_json,omitempty"`
	// Errors of the three, where there is one.
	OutError   string `json:"out_error,omitempty"`
	JSONError  string `json:"gateway_json_error,omitempty"`
	AminoError string `json:"amino_json_error,omitempty"`
}

var rng *rand.Rand

func gogoOption(fd protoreflect.FieldDescriptor, number protowire.Number) (uint64, []byte) {
	raw, err := proto.Marshal(fd.Options())
	if err != nil {
		panic(err)
	}
	for len(raw) > 0 {
		num, typ, n := protowire.ConsumeTag(raw)
		raw = raw[n:]
		if typ == protowire.VarintType {
			v, k := protowire.ConsumeVarint(raw)
			raw = raw[k:]
			if num == number {
				return v, nil
			}
			continue
		}
		if typ == protowire.BytesType {
			v, k := protowire.ConsumeBytes(raw)
			raw = raw[k:]
			if num == number {
				return 0, v
			}
			continue
		}
		raw = raw[protowire.ConsumeFieldValue(num, typ, raw):]
	}
	return 0, nil
}

var texts = []string{"", "a", "uscrt", "<b>&\u2028 \"quoted\" \\ \u0007\b\f\n", "ünïcode \U0001f600", "secret16sge3h9khazwyxzmqv2fgre08ue7zr65nr8czu"}

func text() string { return texts[rng.Intn(len(texts))] }

func bytes() []byte {
	b := make([]byte, []int{0, 1, 20, 33}[rng.Intn(4)])
	rng.Read(b)
	return b
}

func integer(custom string) string {
	n := new(big.Int).Rand(rng, new(big.Int).Lsh(big.NewInt(1), uint(1+rng.Intn(200))))
	if rng.Intn(6) == 0 {
		n.Neg(n)
	}
	return n.String()
}

func anyOf(depth int) (string, []byte) {
	var m gogoproto.Message
	switch rng.Intn(3) {
	case 0:
		m = &bank.MsgSend{FromAddress: text(), ToAddress: text(), Amount: sdk.Coins{sdk.NewInt64Coin("uscrt", rng.Int63())}}
	case 1:
		m = &feegrant.BasicAllowance{SpendLimit: sdk.Coins{sdk.NewInt64Coin("uscrt", rng.Int63())}}
	default:
		m = &bank.MsgSend{}
	}
	b, err := gogoproto.Marshal(m)
	if err != nil {
		panic(err)
	}
	return "/" + gogoproto.MessageName(m), b
}

func fillMessage(m protoreflect.Message, depth int) {
	switch m.Descriptor().FullName() {
	case "google.protobuf.Timestamp":
		set(m, "seconds", protoreflect.ValueOfInt64(rng.Int63n(315537897599)-62135596800))
		set(m, "nanos", protoreflect.ValueOfInt32([]int32{0, 1000000, 120000, 999999999, 5}[rng.Intn(5)]))
		return
	case "google.protobuf.Duration":
		sign := int64(1 - 2*rng.Intn(2))
		set(m, "seconds", protoreflect.ValueOfInt64(sign*rng.Int63n(9000000000)))
		set(m, "nanos", protoreflect.ValueOfInt32(int32(sign)*[]int32{0, 1000000, 120000, 999999999, 5}[rng.Intn(5)]))
		return
	case "google.protobuf.Any":
		url, value := anyOf(depth)
		set(m, "type_url", protoreflect.ValueOfString(url))
		set(m, "value", protoreflect.ValueOfBytes(value))
		return
	}
	fields := m.Descriptor().Fields()
	for i := 0; i < fields.Len(); i++ {
		fd := fields.Get(i)
		// Declared by the API module, absent from the Go type of SDK 0.50.
		if fd.FullName() == "cosmos.tx.v1beta1.TxBody.unordered" || fd.FullName() == "cosmos.tx.v1beta1.TxBody.timeout_timestamp" {
			continue
		}
		if rng.Intn(5) == 0 || fd.IsMap() || (fd.ContainingOneof() != nil && rng.Intn(2) == 0) {
			continue
		}
		if fd.Kind() == protoreflect.MessageKind && depth > 4 {
			continue
		}
		_, custom := gogoOption(fd, 65003)
		if fd.IsList() {
			for n := rng.Intn(3); n > 0; n-- {
				list := m.Mutable(fd).List()
				if fd.Kind() == protoreflect.MessageKind {
					v := list.NewElement()
					fillMessage(v.Message(), depth+1)
					list.Append(v)
				} else {
					list.Append(scalar(fd, string(custom)))
				}
			}
			continue
		}
		if fd.Kind() == protoreflect.MessageKind {
			fillMessage(m.Mutable(fd).Message(), depth+1)
		} else {
			m.Set(fd, scalar(fd, string(custom)))
		}
	}
}

func set(m protoreflect.Message, name string, v protoreflect.Value) {
	m.Set(m.Descriptor().Fields().ByName(protoreflect.Name(name)), v)
}

func scalar(fd protoreflect.FieldDescriptor, custom string) protoreflect.Value {
	if strings.HasSuffix(custom, ".Int") || strings.HasSuffix(custom, "Dec") {
		if fd.Kind() == protoreflect.BytesKind {
			return protoreflect.ValueOfBytes([]byte(integer(custom)))
		}
		return protoreflect.ValueOfString(integer(custom))
	}
	shift := uint(rng.Intn(64))
	switch fd.Kind() {
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(rng.Intn(2) == 0)
	case protoreflect.Int32Kind, protoreflect.Sint32Kind, protoreflect.Sfixed32Kind:
		return protoreflect.ValueOfInt32(int32(rng.Uint32()) >> (shift / 2))
	case protoreflect.Uint32Kind, protoreflect.Fixed32Kind:
		return protoreflect.ValueOfUint32(rng.Uint32() >> (shift / 2))
	case protoreflect.Int64Kind, protoreflect.Sint64Kind, protoreflect.Sfixed64Kind:
		return protoreflect.ValueOfInt64(int64(rng.Uint64()) >> shift)
	case protoreflect.Uint64Kind, protoreflect.Fixed64Kind:
		return protoreflect.ValueOfUint64(rng.Uint64() >> shift)
	case protoreflect.StringKind:
		return protoreflect.ValueOfString(text())
	case protoreflect.BytesKind:
		return protoreflect.ValueOfBytes(bytes())
	case protoreflect.EnumKind:
		values := fd.Enum().Values()
		if values.Len() == 0 || rng.Intn(8) == 0 {
			return protoreflect.ValueOfEnum(1000)
		}
		return protoreflect.ValueOfEnum(values.Get(rng.Intn(values.Len())).Number())
	}
	panic(fd.FullName())
}

func run(name string, desc protoreflect.MessageDescriptor, in []byte, registry codectypes.InterfaceRegistry, enc aminojson.Encoder) (e entry, ok bool) {
	e = entry{Type: name, In: hex.EncodeToString(in)}
	typ := gogoproto.MessageType(name)
	if typ == nil {
		return e, false
	}
	msg, isGogo := reflect.New(typ.Elem()).Interface().(gogoproto.Message)
	if !isGogo {
		return e, false
	}
	if _, isV2 := msg.(proto.Message); isV2 {
		return e, false
	}
	defer func() {
		if r := recover(); r != nil {
			fmt.Fprintln(os.Stderr, "panic", name, r)
			ok = false
		}
	}()
	if err := gogoproto.Unmarshal(in, msg); err != nil {
		e.OutError = err.Error()
		return e, true
	}
	out, err := gogoproto.Marshal(msg)
	if err != nil {
		e.OutError = err.Error()
	} else {
		e.Out = hex.EncodeToString(out)
	}
	js, err := codec.ProtoMarshalJSON(msg, registry)
	if err != nil {
		e.JSONError = err.Error()
	} else {
		e.JSON = string(js)
	}
	dyn := dynamicpb.NewMessage(desc)
	if err := proto.Unmarshal(in, dyn); err != nil {
		panic(err)
	}
	if hasPlaceholder(desc, map[protoreflect.FullName]bool{}) {
		// The registered file has unresolved imports, so that x/tx would print nested messages as empty.
		return e, true
	}
	am, err := enc.Marshal(dyn)
	if err != nil {
		e.AminoError = err.Error()
	} else {
		e.Amino = string(am)
	}
	return e, true
}

func hasPlaceholder(desc protoreflect.MessageDescriptor, seen map[protoreflect.FullName]bool) bool {
	if desc.IsPlaceholder() {
		return true
	}
	if seen[desc.FullName()] {
		return false
	}
	seen[desc.FullName()] = true
	for i := 0; i < desc.Fields().Len(); i++ {
		if m := desc.Fields().Get(i).Message(); m != nil && hasPlaceholder(m, seen) {
			return true
		}
	}
	return false
}

func main() {
	seed := flag.Int64("seed", 1, "")
	out := flag.String("out", "messages.json", "")
	rounds := flag.Int("rounds", 1, "random messages of each type")
	flag.Parse()
	rng = rand.New(rand.NewSource(*seed))
	config := sdk.GetConfig()
	config.SetBech32PrefixForAccount("secret", "secretpub")
	registry := codectypes.NewInterfaceRegistry()
	cryptocodec.RegisterInterfaces(registry)
	bank.RegisterInterfaces(registry)
	feegrant.RegisterInterfaces(registry)
	enc := aminojson.NewEncoder(aminojson.EncoderOptions{FileResolver: gogoproto.HybridResolver})

	var descs []protoreflect.MessageDescriptor
	var walk func(ms protoreflect.MessageDescriptors)
	walk = func(ms protoreflect.MessageDescriptors) {
		for i := 0; i < ms.Len(); i++ {
			if !ms.Get(i).IsMapEntry() {
				descs = append(descs, ms.Get(i))
				walk(ms.Get(i).Messages())
			}
		}
	}
	gogoproto.HybridResolver.RangeFiles(func(fd protoreflect.FileDescriptor) bool {
		p := string(fd.Package())
		if strings.HasPrefix(p, "cosmos.app.") {
			return true
		}
		if strings.HasPrefix(p, "cosmos.") || strings.HasPrefix(p, "ibc.") || strings.HasPrefix(p, "tendermint.") || p == "packetforward.v1" || p == "capability.v1" {
			walk(fd.Messages())
		}
		return true
	})
	sort.Slice(descs, func(i, j int) bool { return descs[i].FullName() < descs[j].FullName() })

	var entries []entry
	for i, desc := range descs {
		if i > 0 && descs[i-1].FullName() == desc.FullName() {
			continue
		}
		for round := 0; round <= *rounds; round++ {
			dyn := dynamicpb.NewMessage(desc)
			if round > 0 {
				if desc.Fields().Len() == 0 {
					break
				}
				fillMessage(dyn, 0)
			}
			in, err := proto.MarshalOptions{Deterministic: true}.Marshal(dyn)
			if err != nil {
				panic(err)
			}
			if e, ok := run(string(desc.FullName()), desc, in, registry, enc); ok {
				entries = append(entries, e)
			}
		}
	}
	file, err := os.Create(*out)
	if err != nil {
		panic(err)
	}
	defer file.Close()
	w := json.NewEncoder(file)
	w.SetEscapeHTML(false)
	fmt.Fprintln(file, "[")
	for i, e := range entries {
		if i > 0 {
			fmt.Fprint(file, ",")
		}
		if err := w.Encode(e); err != nil {
			panic(err)
		}
	}
	fmt.Fprintln(file, "]")
	fmt.Println(len(entries), "entries")
}
