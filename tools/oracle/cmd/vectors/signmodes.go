// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"math/rand"
	"strings"

	errorsmod "cosmossdk.io/errors"
	"cosmossdk.io/log"
	"cosmossdk.io/math"
	"cosmossdk.io/x/feegrant"
	feegrantkeeper "cosmossdk.io/x/feegrant/keeper"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/crypto/keys/ed25519"
	"github.com/cosmos/cosmos-sdk/crypto/keys/multisig"
	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	cryptotypes "github.com/cosmos/cosmos-sdk/crypto/types"
	"github.com/cosmos/cosmos-sdk/runtime"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/tx"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
	"github.com/cosmos/cosmos-sdk/x/auth/ante"
	authsigning "github.com/cosmos/cosmos-sdk/x/auth/signing"
	authtx "github.com/cosmos/cosmos-sdk/x/auth/tx"
	txconfig "github.com/cosmos/cosmos-sdk/x/auth/tx/config"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	bankkeeper "github.com/cosmos/cosmos-sdk/x/bank/keeper"
	bank "github.com/cosmos/cosmos-sdk/x/bank/types"
)

const (
	direct  = signing.SignMode_SIGN_MODE_DIRECT
	aux     = signing.SignMode_SIGN_MODE_DIRECT_AUX
	amino   = signing.SignMode_SIGN_MODE_LEGACY_AMINO_JSON
	screens = signing.SignMode_SIGN_MODE_TEXTUAL
)

// modesAccount is an account of the state that every case begins with.
type modesAccount struct {
	Name     string `json:"name"`
	Address  string `json:"address"`
	PubKey   string `json:"public_key"` // Any
	Number   uint64 `json:"account_number"`
	Sequence uint64 `json:"sequence"`
	key      cryptotypes.PubKey
	secret   cryptotypes.PrivKey
	members  []*modesAccount
}

// signedBytes is what a signer of a case has signed, and what the SDK makes of it.
type signedBytes struct {
	Signer string `json:"signer"`
	Mode   int32  `json:"mode"`
	Member string `json:"member"` // of a multisig; else empty
	Signed string `json:"signed"`
	Node   string `json:"node"` // sign bytes by the SDK's handler; "signed": those; empty: it refuses to make them
}

type modesCase struct {
	Name      string        `json:"name"`
	Tx        string        `json:"tx_raw"`
	Signed    []signedBytes `json:"signed"`
	Step      string        `json:"step"`  // of the ante, that refused; empty: accepted
	Error     string        `json:"error"` // codespace/code
	Detail    string        `json:"detail"`
	FeePaidBy string        `json:"fee_paid_by"` // account; empty when the fee was not reached
}

type modesFile struct {
	ChainID  string         `json:"chain_id"`
	Height   int64          `json:"height"`
	Balance  string         `json:"balance"`        // of every account
	Grants   []string       `json:"fee_allowances"` // granter/grantee
	Accounts []modesAccount `json:"accounts"`
	Cases    []modesCase    `json:"cases"`
}

// by is how one signer of a case signs.
type by struct {
	who     *modesAccount
	mode    signing.SignMode
	signing []int // members of a multisig
	noKey   bool
	number  uint64 // added to the account number that is signed
	chain   string // signed instead of the chain's id
	ownKey  bool   // members put their own key into SignDocDirectAux, not the multisig's
	withTip bool   // SignDocDirectAux with the tip
	was     *form  // signs this transaction instead
	twist   func([]byte) []byte
	nested  *by
}

// form is a transaction before it is signed.
type form struct {
	name           string
	from           []*modesAccount // one MsgSend each
	signers        []by
	payer, granter string
	tip            *tx.Tip
	noFee          bool
	gas            uint64
	fee            string // amount in uscrt, as it is written
	memo           string
	timeout        uint64
	amount         int64
	bodyTail       []byte // behind the body
	messageTail    []byte // behind the first message
	critical, also []*codectypes.Any
}

type bench struct {
	registry codectypes.InterfaceRegistry
	cdc      codec.Codec
	file     modesFile
	accounts []*modesAccount
}

func (b *bench) body(f *form) []byte {
	body := tx.TxBody{Memo: f.memo, TimeoutHeight: f.timeout, ExtensionOptions: f.critical, NonCriticalExtensionOptions: f.also}
	for i, a := range f.from {
		msg := must(codectypes.NewAnyWithValue(bank.NewMsgSend(sdk.AccAddress(a.key.Address()), sdk.AccAddress(b.accounts[3].key.Address()), sdk.NewCoins(sdk.NewInt64Coin("uscrt", 1+f.amount)))))
		if i == 0 {
			msg.Value = append(msg.Value, f.messageTail...)
		}
		body.Messages = append(body.Messages, msg)
	}
	return append(must(body.Marshal()), f.bodyTail...)
}

func single(mode signing.SignMode) *tx.ModeInfo {
	return &tx.ModeInfo{Sum: &tx.ModeInfo_Single_{Single: &tx.ModeInfo_Single{Mode: mode}}}
}

func modeInfo(s *by) *tx.ModeInfo {
	if s.signing == nil {
		return single(s.mode)
	}
	bits := cryptotypes.NewCompactBitArray(len(s.who.members))
	multi := &tx.ModeInfo_Multi{Bitarray: bits}
	for _, i := range s.signing {
		bits.SetIndex(i, true)
		if s.nested != nil && s.who.members[i] == s.nested.who {
			multi.ModeInfos = append(multi.ModeInfos, modeInfo(s.nested))
		} else {
			multi.ModeInfos = append(multi.ModeInfos, single(s.mode))
		}
	}
	return &tx.ModeInfo{Sum: &tx.ModeInfo_Multi_{Multi: multi}}
}

func (b *bench) authInfo(f *form) []byte {
	info := tx.AuthInfo{Tip: f.tip}
	for _, s := range f.signers {
		one := &tx.SignerInfo{ModeInfo: modeInfo(&s), Sequence: s.who.Sequence}
		if !s.noKey {
			one.PublicKey = must(codectypes.NewAnyWithValue(s.who.key))
		}
		info.SignerInfos = append(info.SignerInfos, one)
	}
	if f.noFee {
		return must(info.Marshal())
	}
	fee := tx.Fee{GasLimit: 200000 + f.gas, Payer: f.payer, Granter: f.granter}
	amount := f.fee
	if amount == "" {
		amount = "50000"
	}
	// By hand: no encoder writes an amount that is not canonical.
	coin := append([]byte("\x0a\x05uscrt\x12"), append([]byte{byte(len(amount))}, amount...)...)
	rest := must(fee.Marshal())
	rest = append(append([]byte{0x0a, byte(len(coin))}, coin...), rest...)
	head := must(info.Marshal())
	tip := []byte{}
	if f.tip != nil {
		info.Tip = nil
		bare := must(info.Marshal())
		head, tip = bare, head[len(bare):]
	}
	return append(append(append(head, 0x12, byte(len(rest))), rest...), tip...)
}

func (b *bench) config(banks bankkeeper.BaseKeeper) client.TxConfig {
	return must(authtx.NewTxConfigWithOptions(b.cdc, authtx.ConfigOptions{
		EnabledSignModes:           []signing.SignMode{direct, aux, amino, screens},
		TextualCoinMetadataQueryFn: txconfig.NewBankKeeperCoinMetadataQueryFn(banks),
	}))
}

// nodeBytes asks the SDK's handler; nil when it refuses.
func (b *bench) nodeBytes(ctx context.Context, config client.TxConfig, raw []byte, s *by, mode signing.SignMode, number uint64, chain string) (out []byte) {
	_ = recovered(func() error {
		decoded := must(config.TxDecoder()(raw))
		data := authsigning.SignerData{Address: s.who.Address, ChainID: chain, AccountNumber: number, Sequence: s.who.Sequence, PubKey: s.who.key}
		bytes, err := authsigning.GetSignBytesAdapter(ctx, config.SignModeHandler(), mode, data, decoded)
		if err == nil {
			out = bytes
		}
		return err
	})
	return
}

// toSign is what a signer signs who does not care whether the SDK refuses it.
func (b *bench) toSign(ctx context.Context, config client.TxConfig, f *form, s *by, mode signing.SignMode, member *modesAccount) []byte {
	if s.was != nil {
		f = s.was
	}
	chain, number := b.file.ChainID, s.who.Number+s.number
	if s.chain != "" {
		chain = s.chain
	}
	body, auth := b.body(f), b.authInfo(f)
	switch mode {
	case aux:
		key := s.who.key
		if s.ownKey {
			key = member.key
		}
		doc := tx.SignDocDirectAux{BodyBytes: body, PublicKey: must(codectypes.NewAnyWithValue(key)), ChainId: chain, AccountNumber: number, Sequence: s.who.Sequence}
		if s.withTip {
			doc.Tip = f.tip
		}
		return must(doc.Marshal())
	case amino, screens:
		raw := must((&tx.TxRaw{BodyBytes: body, AuthInfoBytes: auth, Signatures: make([][]byte, len(f.signers))}).Marshal())
		// What amino JSON refuses it has no bytes for: signed without it.
		if out := b.nodeBytes(ctx, config, raw, s, mode, number, chain); out != nil {
			return out
		}
		plain := *f
		plain.bodyTail, plain.messageTail, plain.critical, plain.also = nil, nil, nil, nil
		raw = must((&tx.TxRaw{BodyBytes: b.body(&plain), AuthInfoBytes: b.authInfo(&plain), Signatures: make([][]byte, len(f.signers))}).Marshal())
		return b.nodeBytes(ctx, config, raw, s, mode, number, chain)
	}
	return must((&tx.SignDoc{BodyBytes: body, AuthInfoBytes: auth, ChainId: chain, AccountNumber: number}).Marshal())
}

func (b *bench) sign(ctx context.Context, config client.TxConfig, f *form, s *by, raw []byte, out *modesCase) []byte {
	one := func(mode signing.SignMode, member *modesAccount, name string) []byte {
		toSign := b.toSign(ctx, config, f, s, mode, member)
		node := b.nodeBytes(ctx, config, raw, s, mode, s.who.Number, b.file.ChainID)
		made := x(node)
		if made == x(toSign) {
			made = "signed"
		}
		out.Signed = append(out.Signed, signedBytes{s.who.Name, int32(mode), name, x(toSign), made})
		signature := must(member.secret.Sign(toSign))
		if s.twist != nil {
			signature = s.twist(signature)
		}
		return signature
	}
	if s.signing == nil {
		return one(s.mode, s.who, "")
	}
	// Of a nested multisig the bytes are the outer account's, as the verifier has it.
	var multi func(of *by) []byte
	multi = func(of *by) []byte {
		all := cryptotypes.MultiSignature{}
		for _, i := range of.signing {
			member := of.who.members[i]
			if of.nested != nil && member == of.nested.who {
				all.Signatures = append(all.Signatures, multi(of.nested))
			} else {
				all.Signatures = append(all.Signatures, one(of.mode, member, member.Name))
			}
		}
		return must(all.Marshal())
	}
	return multi(s)
}

func (b *bench) run(f *form) {
	cms, keys, accounts, banks := authAndBank(b.cdc, feegrant.StoreKey)
	grants := feegrantkeeper.NewKeeper(b.cdc, runtime.NewKVStoreService(keys[feegrant.StoreKey]), accounts)
	ctx := sdk.NewContext(cms, cmtproto.Header{ChainID: b.file.ChainID, Height: b.file.Height}, false, log.NewNopLogger())
	check(accounts.Params.Set(ctx, authtypes.DefaultParams()))
	genesis := bank.GenesisState{Params: bank.DefaultParams()}
	for _, a := range b.accounts {
		accounts.SetAccount(ctx, authtypes.NewBaseAccount(a.key.Address().Bytes(), a.key, a.Number, a.Sequence))
		genesis.Balances = append(genesis.Balances, bank.Balance{Address: a.Address, Coins: sdk.NewCoins(sdk.NewCoin("uscrt", must2(math.NewIntFromString(b.file.Balance))))})
	}
	banks.InitGenesis(ctx, &genesis)
	for _, grant := range b.file.Grants {
		from, to, _ := strings.Cut(grant, "/")
		check(grants.GrantAllowance(ctx, b.named(from).key.Address().Bytes(), b.named(to).key.Address().Bytes(), &feegrant.BasicAllowance{}))
	}
	config := b.config(banks)

	out := modesCase{Name: f.name, Signed: []signedBytes{}}
	raw := tx.TxRaw{BodyBytes: b.body(f), AuthInfoBytes: b.authInfo(f), Signatures: make([][]byte, len(f.signers))}
	unsigned := must(raw.Marshal())
	for i := range f.signers {
		raw.Signatures[i] = b.sign(ctx, config, f, &f.signers[i], unsigned, &out)
	}
	signed := must(raw.Marshal())
	out.Tx = x(signed)
	steps := []struct {
		name string
		step sdk.AnteDecorator
	}{
		{"validateBasic", ante.NewValidateBasicDecorator()},
		{"extensionOptions", ante.NewExtensionOptionsDecorator(nil)},
		{"deductFee", ante.NewDeductFeeDecorator(accounts, banks, grants, nil)},
		{"setPubKey", ante.NewSetPubKeyDecorator(accounts)},
		{"validateSigCount", ante.NewValidateSigCountDecorator(accounts)},
		{"sigGasConsume", ante.NewSigGasConsumeDecorator(accounts, nil)},
		{"sigVerification", ante.NewSigVerificationDecorator(accounts, config.SignModeHandler())},
	}
	at := "decode"
	err := recovered(func() error {
		decoded, err := config.TxDecoder()(signed)
		if err != nil {
			return err
		}
		for _, each := range steps {
			at = each.name
			if ctx, err = sdk.ChainAnteDecorators(each.step)(ctx, decoded, false); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		space, code, _ := errorsmod.ABCIInfo(err, false)
		out.Step, out.Error, out.Detail = at, fmt.Sprintf("%s/%d", space, code), err.Error()
	}
	for _, a := range b.accounts {
		if banks.GetBalance(ctx, a.key.Address().Bytes(), "uscrt").Amount.String() != b.file.Balance {
			out.FeePaidBy = a.Name
		}
	}
	b.file.Cases = append(b.file.Cases, out)
}

func (b *bench) named(name string) *modesAccount {
	for _, a := range b.accounts {
		if a.Name == name {
			return a
		}
	}
	panic(name)
}

func (b *bench) add(name string, key cryptotypes.PubKey, secret cryptotypes.PrivKey, members ...*modesAccount) *modesAccount {
	n := uint64(len(b.accounts))
	a := &modesAccount{name, sdk.AccAddress(key.Address()).String(), x(must(must(codectypes.NewAnyWithValue(key)).Marshal())), 10 + n, n, key, secret, members}
	b.accounts = append(b.accounts, a)
	return a
}

func (b *bench) group(name string, threshold int, members ...*modesAccount) *modesAccount {
	keys := []cryptotypes.PubKey{}
	for _, m := range members {
		keys = append(keys, m.key)
	}
	return b.add(name, multisig.NewLegacyAminoPubKey(threshold, keys), nil, members...)
}

func must2[T any](v T, ok bool) T {
	if !ok {
		panic("not ok")
	}
	return v
}

func signModeVectors(r *rand.Rand) modesFile {
	registry := secretRegistry()
	feegrant.RegisterInterfaces(registry)
	b := &bench{registry: registry, cdc: codec.NewProtoCodec(registry)}
	b.file = modesFile{ChainID: "secretdev-1", Height: 7, Balance: "100000000", Grants: []string{"bob/alice", "carol/bob"}}
	secp := func(name string) *modesAccount {
		key := &secp256k1.PrivKey{Key: bytesOf(r, 32)}
		return b.add(name, key.PubKey(), key)
	}
	for _, name := range []string{"alice", "bob", "carol", "dave"} {
		secp(name)
	}
	edwards := ed25519.GenPrivKeyFromSecret(bytesOf(r, 32))
	b.add("edward", edwards.PubKey(), edwards)
	named := b.named
	b.group("group", 2, named("alice"), named("bob"), named("carol"))
	b.group("mixed", 1, named("alice"), named("edward"))
	b.group("pair", 1, named("carol"), named("dave"))
	b.group("nested", 2, named("bob"), named("pair"))
	for _, f := range append(b.auxForms(), append(b.otherForms(), b.coverageForms()...)...) {
		b.run(f)
	}
	for _, a := range b.accounts {
		b.file.Accounts = append(b.file.Accounts, *a)
	}
	return b.file
}
