// SPDX-License-Identifier: Apache-2.0

// texts prints how the public Go code prints each message of a file that ./cmd/messages made, in the compact text form of
// protobuf: the first half of the SHA-256 of the text, or null where the Go code refuses or panics.
// usage: go run ./cmd/texts -in ../../pure/codec/test/golden/messages.json -out ../../pure/codec/test/golden/texts.json
package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"os"
	"reflect"

	"github.com/cosmos/gogoproto/proto"
	_ "oracle/types"
)

func text(name, in string) (out *string) {
	defer func() { _ = recover() }()
	bz, err := hex.DecodeString(in)
	if err != nil {
		return nil
	}
	message := reflect.New(proto.MessageType(name).Elem()).Interface().(proto.Message)
	if proto.Unmarshal(bz, message) != nil {
		return nil
	}
	text := proto.CompactTextString(message)
	return &text
}

func main() {
	in := flag.String("in", "", "file of ./cmd/messages")
	out := flag.String("out", "", "file to write")
	show := flag.Bool("show", false, "texts instead of hashes")
	flag.Parse()
	raw, err := os.ReadFile(*in)
	if err != nil {
		panic(err)
	}
	var entries []struct{ Type, In string }
	if err := json.Unmarshal(raw, &entries); err != nil {
		panic(err)
	}
	texts := make([]*string, len(entries))
	for i, entry := range entries {
		texts[i] = text(entry.Type, entry.In)
		if texts[i] != nil && !*show {
			sum := sha256.Sum256([]byte(*texts[i]))
			hash := hex.EncodeToString(sum[:16])
			texts[i] = &hash
		}
	}
	bz, err := json.MarshalIndent(texts, "", " ")
	if err != nil {
		panic(err)
	}
	if err := os.WriteFile(*out, append(bz, '\n'), 0o644); err != nil {
		panic(err)
	}
}
