// SPDX-License-Identifier: Apache-2.0

package main

import (
	"math/big"
	"strings"

	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/tx"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
	bank "github.com/cosmos/cosmos-sdk/x/bank/types"
)

// auxForms are transactions with SIGN_MODE_DIRECT_AUX: who may sign with it, and what.
func (b *bench) auxForms() []*form {
	alice, bob, carol, group, nested, pair := b.named("alice"), b.named("bob"), b.named("carol"), b.named("group"), b.named("nested"), b.named("pair")
	both, one := []*modesAccount{alice, bob}, []*modesAccount{alice}
	tip := &tx.Tip{Amount: sdk.NewCoins(sdk.NewInt64Coin("uscrt", 5)), Tipper: bob.Address}
	pays := by{who: alice, mode: direct}
	helps := by{who: bob, mode: aux}
	key := func(s by) by { s.noKey = true; return s }
	forms := []*form{
		{name: "aux: the second signer, the first pays", from: both, signers: []by{pays, helps}},
		{name: "aux: the second signer, the first pays with amino JSON", from: both, signers: []by{{who: alice, mode: amino}, helps}},
		{name: "aux: the second signer, the first pays with textual", from: both, signers: []by{{who: alice, mode: screens}, helps}},
		{name: "aux: the only signer", from: one, signers: []by{{who: alice, mode: aux}}},
		{name: "aux: the first of two signers", from: both, signers: []by{{who: alice, mode: aux}, {who: bob, mode: direct}}},
		{name: "aux: both signers", from: both, signers: []by{{who: alice, mode: aux}, helps}},
		{name: "aux: the first signer, the second is the payer by name", from: both, payer: bob.Address, signers: []by{{who: alice, mode: aux}, {who: bob, mode: direct}}},
		{name: "aux: the second signer, who is the payer by name", from: both, payer: bob.Address, signers: []by{pays, helps}},
		{name: "aux: the second signer, the first is the payer by name", from: both, payer: alice.Address, signers: []by{pays, helps}},
		{name: "aux: the first signer, who is the payer by name too", from: both, payer: alice.Address, signers: []by{{who: alice, mode: aux}, {who: bob, mode: direct}}},
		{name: "aux: a signer of the message, a third is the payer by name", from: one, payer: carol.Address, signers: []by{{who: alice, mode: aux}, {who: carol, mode: direct}}},
		{name: "aux: a payer by name who signs no message", from: one, payer: carol.Address, signers: []by{pays, {who: carol, mode: aux}}},
		{name: "aux: all but the payer by name, who comes last", from: both, payer: carol.Address, signers: []by{{who: alice, mode: aux}, helps, {who: carol, mode: direct}}},
		{name: "aux: the payer by name in upper case, who signs a message", from: both, payer: strings.ToUpper(bob.Address), signers: []by{pays, helps}},
		{name: "aux: the only signer, the payer by name in upper case", from: one, payer: strings.ToUpper(alice.Address), signers: []by{{who: alice, mode: aux}}},
		{name: "aux: the second signer, the fee granted by that signer", from: both, granter: bob.Address, signers: []by{pays, helps}},
		{name: "aux: the first signer, the fee granted by the second", from: both, granter: bob.Address, signers: []by{{who: alice, mode: aux}, {who: bob, mode: direct}}},
		{name: "aux: the payer by name, the fee granted by another", from: both, payer: bob.Address, granter: carol.Address, signers: []by{pays, helps}},
		{name: "aux: the second signer, the fee granted without an allowance", from: both, granter: carol.Address, signers: []by{pays, helps}},
		{name: "aux: the second signer, the payer is its own granter", from: both, granter: alice.Address, signers: []by{pays, helps}},
		{name: "aux: the first signer, who is its own granter", from: both, granter: alice.Address, signers: []by{{who: alice, mode: aux}, {who: bob, mode: direct}}},
		{name: "aux: no fee", from: both, noFee: true, signers: []by{pays, helps}},
		{name: "aux: a tip, of which the signature says nothing", from: both, tip: tip, signers: []by{pays, helps}},
		{name: "aux: a tip in what was signed", from: both, tip: tip, signers: []by{pays, {who: bob, mode: aux, withTip: true}}},
		{name: "aux: the tipper pays", from: both, payer: bob.Address, tip: tip, signers: []by{pays, helps}},
		{name: "aux: a public key that the account has and the signer info has not", from: both, signers: []by{pays, key(helps)}},
		{name: "aux: the payer without a public key", from: both, signers: []by{key(pays), helps}},
		{name: "aux: the first signer without a public key", from: both, signers: []by{key(by{who: alice, mode: aux}), {who: bob, mode: direct}}},
		{name: "aux: another account number", from: both, signers: []by{pays, {who: bob, mode: aux, number: 1}}},
		{name: "aux: another chain", from: both, signers: []by{pays, {who: bob, mode: aux, chain: "secret-4"}}},
		{name: "aux: extension options that are not critical", from: both, also: []*codectypes.Any{must(codectypes.NewAnyWithValue(&bank.MsgSend{}))}, signers: []by{pays, helps}},
		{name: "aux: members of a multisig, the multisig's key in what they sign", from: []*modesAccount{alice, group}, signers: []by{pays, {who: group, mode: aux, signing: []int{0, 2}}}},
		{name: "aux: members of a multisig, their own keys in what they sign", from: []*modesAccount{alice, group}, signers: []by{pays, {who: group, mode: aux, signing: []int{0, 2}, ownKey: true}}},
		{name: "aux: members of a multisig that pays", from: []*modesAccount{group}, signers: []by{{who: group, mode: aux, signing: []int{0, 2}}}},
		{name: "aux: members of a multisig that is the payer by name", from: []*modesAccount{alice, group}, payer: group.Address, signers: []by{pays, {who: group, mode: aux, signing: []int{1, 2}}}},
		{name: "aux: members of a multisig, one of whom pays as an account", from: []*modesAccount{alice, group}, signers: []by{pays, {who: group, mode: aux, signing: []int{0, 1}}}},
		{name: "aux: a multisig inside a multisig", from: []*modesAccount{alice, nested}, signers: []by{pays, {who: nested, mode: aux, signing: []int{0, 1}, nested: &by{who: pair, mode: aux, signing: []int{1}}}}},
		{name: "aux: a multisig inside a multisig that pays", from: []*modesAccount{nested}, signers: []by{{who: nested, mode: aux, signing: []int{0, 1}, nested: &by{who: pair, mode: aux, signing: []int{1}}}}},
	}
	// The theft: bob helped a transaction that alice pays; alice makes it one that bob pays.
	asked := &form{name: "theft", from: both, signers: []by{pays, helps}}
	stolen := helps
	stolen.was = asked
	return append(forms,
		&form{name: "theft: a helper is made the payer by name", from: both, payer: bob.Address, fee: "90000000", signers: []by{pays, stolen}},
		&form{name: "theft: a helper is made the payer by name, in upper case", from: both, payer: strings.ToUpper(bob.Address), fee: "90000000", signers: []by{pays, stolen}},
		&form{name: "theft: the payer of a payer by name is left alone", from: one, fee: "90000000", signers: []by{{who: alice, mode: aux, was: &form{from: one, payer: carol.Address, signers: []by{{who: alice, mode: aux}, {who: carol, mode: direct}}}}}},
		&form{name: "theft: a helper is made the granter", from: both, granter: bob.Address, fee: "90000000", signers: []by{pays, stolen}},
	)
}

// unknown is field 1,024, which a decoder may skip.
var unknown = []byte{0x80, 0x40, 0x01}

// otherForms are the other modes at their edges.
func (b *bench) otherForms() []*form {
	alice, bob, group, mixed, nested, pair, edward := b.named("alice"), b.named("bob"), b.named("group"), b.named("mixed"), b.named("nested"), b.named("pair"), b.named("edward")
	one := []*modesAccount{alice}
	option := []*codectypes.Any{must(codectypes.NewAnyWithValue(&bank.MsgSend{FromAddress: bob.Address}))}
	otherS := func(signature []byte) []byte {
		order, _ := new(big.Int).SetString("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", 16)
		s := new(big.Int).Sub(order, new(big.Int).SetBytes(signature[32:]))
		return append(append([]byte{}, signature[:32]...), s.FillBytes(make([]byte, 32))...)
	}
	forms := []*form{
		{name: "multisig: amino JSON", from: []*modesAccount{group}, signers: []by{{who: group, mode: amino, signing: []int{0, 2}}}},
		{name: "multisig: direct", from: []*modesAccount{group}, signers: []by{{who: group, mode: direct, signing: []int{0, 2}}}},
		{name: "multisig: amino JSON, one too few", from: []*modesAccount{group}, signers: []by{{who: group, mode: amino, signing: []int{1}}}},
		{name: "multisig: a member with an Ed25519 key", from: []*modesAccount{mixed}, signers: []by{{who: mixed, mode: amino, signing: []int{1}}}},
		{name: "multisig: a member with an Ed25519 key, who does not sign", from: []*modesAccount{mixed}, signers: []by{{who: mixed, mode: amino, signing: []int{0}}}},
		{name: "multisig: a multisig inside", from: []*modesAccount{nested}, signers: []by{{who: nested, mode: amino, signing: []int{0, 1}, nested: &by{who: pair, mode: amino, signing: []int{0}}}}},
		{name: "multisig: signed as a single key", from: []*modesAccount{alice, group}, signers: []by{{who: alice, mode: direct}, {who: &modesAccount{Name: "group", Address: group.Address, Number: group.Number, Sequence: group.Sequence, key: group.key, secret: alice.secret}, mode: amino}}},
		{name: "an Ed25519 account", from: []*modesAccount{edward}, signers: []by{{who: edward, mode: direct}}},
	}
	for _, mode := range []signing.SignMode{direct, amino} {
		name := map[signing.SignMode]string{direct: "direct", amino: "amino JSON"}[mode]
		signers := []by{{who: alice, mode: mode}}
		forms = append(forms,
			&form{name: name + ": an unknown field in the body", from: one, bodyTail: unknown, signers: signers},
			&form{name: name + ": an unknown field in a message", from: one, messageTail: unknown, signers: signers},
			&form{name: name + ": an unknown field that is critical, in a message", from: one, messageTail: []byte{0x98, 0x06, 0x01}, signers: signers},
			&form{name: name + ": an extension option", from: one, critical: option, signers: signers},
			&form{name: name + ": an extension option that is not critical", from: one, also: option, signers: signers},
			&form{name: name + ": a tip", from: one, tip: &tx.Tip{Amount: sdk.NewCoins(sdk.NewInt64Coin("uscrt", 5)), Tipper: bob.Address}, signers: signers},
			&form{name: name + ": a fee with a leading zero", from: one, fee: "0200", signers: signers},
			&form{name: name + ": the other S", from: one, signers: []by{{who: alice, mode: mode, twist: otherS}}},
		)
	}
	for _, mode := range []signing.SignMode{0, 4, 128} {
		forms = append(forms, &form{name: "mode " + mode.String(), from: one, signers: []by{{who: alice, mode: mode}}})
	}
	return forms
}

// coverageForms: alice and bob sign a transaction, which is then changed; alice signs again, bob does not.
func (b *bench) coverageForms() []*form {
	alice, bob, carol := b.named("alice"), b.named("bob"), b.named("carol")
	base := form{from: []*modesAccount{alice, bob}, timeout: 1000, memo: "memo"}
	names := map[signing.SignMode]string{direct: "direct", aux: "aux", amino: "amino", screens: "textual"}
	changes := []struct {
		name   string
		change func(f *form)
	}{
		{"nothing", func(*form) {}},
		{"the memo", func(f *form) { f.memo = "other" }},
		{"the timeout", func(f *form) { f.timeout++ }},
		{"a message's amount", func(f *form) { f.amount++ }},
		{"one message more", func(f *form) { f.from = append(append([]*modesAccount{}, f.from...), alice) }},
		{"an unknown field in the body", func(f *form) { f.bodyTail = unknown }},
		{"an unknown field in a message", func(f *form) { f.messageTail = unknown }},
		{"an extension option", func(f *form) {
			f.also = []*codectypes.Any{must(codectypes.NewAnyWithValue(&bank.MsgSend{FromAddress: bob.Address}))}
		}},
		{"the fee", func(f *form) { f.fee = "50001" }},
		{"the gas", func(f *form) { f.gas++ }},
		{"the first signer as payer by name", func(f *form) { f.payer = alice.Address }},
		{"the granter", func(f *form) { f.granter = bob.Address }},
		{"the tip", func(f *form) {
			f.tip = &tx.Tip{Amount: sdk.NewCoins(sdk.NewInt64Coin("uscrt", 5)), Tipper: carol.Address}
		}},
		{"the mode of another signer", func(f *form) { f.signers[0].mode = amino }},
	}
	forms := []*form{}
	for _, mode := range []signing.SignMode{direct, aux, amino, screens} {
		before := base
		before.signers = []by{{who: alice, mode: direct}, {who: bob, mode: mode}}
		for _, each := range changes {
			after := before
			signs := before
			after.signers = []by{{who: alice, mode: direct}, {who: bob, mode: mode, was: &signs}}
			each.change(&after)
			after.name = "covered by " + names[mode] + ": " + each.name
			forms = append(forms, &after)
		}
	}
	return forms
}
