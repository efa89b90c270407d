// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"os"
	"path/filepath"

	corestore "cosmossdk.io/core/store"
	"cosmossdk.io/log"
	storetypes "cosmossdk.io/store/types"
	"cosmossdk.io/x/circuit"
	circuitkeeper "cosmossdk.io/x/circuit/keeper"
	circuittypes "cosmossdk.io/x/circuit/types"
	"cosmossdk.io/x/evidence"
	evidencekeeper "cosmossdk.io/x/evidence/keeper"
	evidencetypes "cosmossdk.io/x/evidence/types"
	"cosmossdk.io/x/feegrant"
	feegrantkeeper "cosmossdk.io/x/feegrant/keeper"
	feegrantmodule "cosmossdk.io/x/feegrant/module"
	txsigning "cosmossdk.io/x/tx/signing"
	"cosmossdk.io/x/upgrade"
	upgradekeeper "cosmossdk.io/x/upgrade/keeper"
	upgradetypes "cosmossdk.io/x/upgrade/types"
	abci "github.com/cometbft/cometbft/abci/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/codec/address"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/runtime"
	"github.com/cosmos/cosmos-sdk/std"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/module"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
	"github.com/cosmos/cosmos-sdk/x/auth"
	authkeeper "github.com/cosmos/cosmos-sdk/x/auth/keeper"
	authtx "github.com/cosmos/cosmos-sdk/x/auth/tx"
	txconfig "github.com/cosmos/cosmos-sdk/x/auth/tx/config"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	"github.com/cosmos/cosmos-sdk/x/auth/vesting"
	vestingtypes "github.com/cosmos/cosmos-sdk/x/auth/vesting/types"
	"github.com/cosmos/cosmos-sdk/x/authz"
	authzkeeper "github.com/cosmos/cosmos-sdk/x/authz/keeper"
	authzmodule "github.com/cosmos/cosmos-sdk/x/authz/module"
	"github.com/cosmos/cosmos-sdk/x/bank"
	bankkeeper "github.com/cosmos/cosmos-sdk/x/bank/keeper"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/cosmos/cosmos-sdk/x/consensus"
	consensuskeeper "github.com/cosmos/cosmos-sdk/x/consensus/keeper"
	consensustypes "github.com/cosmos/cosmos-sdk/x/consensus/types"
	"github.com/cosmos/cosmos-sdk/x/distribution"
	distrkeeper "github.com/cosmos/cosmos-sdk/x/distribution/keeper"
	distrtypes "github.com/cosmos/cosmos-sdk/x/distribution/types"
	"github.com/cosmos/cosmos-sdk/x/genutil"
	genutiltypes "github.com/cosmos/cosmos-sdk/x/genutil/types"
	"github.com/cosmos/cosmos-sdk/x/gov"
	govclient "github.com/cosmos/cosmos-sdk/x/gov/client"
	govkeeper "github.com/cosmos/cosmos-sdk/x/gov/keeper"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	govv1beta1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1beta1"
	"github.com/cosmos/cosmos-sdk/x/mint"
	mintkeeper "github.com/cosmos/cosmos-sdk/x/mint/keeper"
	minttypes "github.com/cosmos/cosmos-sdk/x/mint/types"
	"github.com/cosmos/cosmos-sdk/x/params"
	paramskeeper "github.com/cosmos/cosmos-sdk/x/params/keeper"
	paramstypes "github.com/cosmos/cosmos-sdk/x/params/types"
	"github.com/cosmos/cosmos-sdk/x/params/types/proposal"
	"github.com/cosmos/cosmos-sdk/x/slashing"
	slashingkeeper "github.com/cosmos/cosmos-sdk/x/slashing/keeper"
	slashingtypes "github.com/cosmos/cosmos-sdk/x/slashing/types"
	"github.com/cosmos/cosmos-sdk/x/staking"
	stakingkeeper "github.com/cosmos/cosmos-sdk/x/staking/keeper"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"
	"github.com/cosmos/gogoproto/proto"
	"github.com/cosmos/ibc-go/modules/capability"
	capabilitykeeper "github.com/cosmos/ibc-go/modules/capability/keeper"
	capabilitytypes "github.com/cosmos/ibc-go/modules/capability/types"
	transfer "github.com/cosmos/ibc-go/v8/modules/apps/transfer"
	transferkeeper "github.com/cosmos/ibc-go/v8/modules/apps/transfer/keeper"
	transfertypes "github.com/cosmos/ibc-go/v8/modules/apps/transfer/types"
	ibc "github.com/cosmos/ibc-go/v8/modules/core"
	ibcporttypes "github.com/cosmos/ibc-go/v8/modules/core/05-port/types"
	ibcexported "github.com/cosmos/ibc-go/v8/modules/core/exported"
	ibckeeper "github.com/cosmos/ibc-go/v8/modules/core/keeper"
	ibctm "github.com/cosmos/ibc-go/v8/modules/light-clients/07-tendermint"
)

const (
	denom    = "uscrt"
	coinType = 529
	prefix   = "secret"
)

// moduleAccounts are the permissions of SecretNetwork (app/modules.go), without the modules that only Secret has.
var moduleAccounts = map[string][]string{
	authtypes.FeeCollectorName:     nil,
	distrtypes.ModuleName:          nil,
	minttypes.ModuleName:           {authtypes.Minter},
	stakingtypes.BondedPoolName:    {authtypes.Burner, authtypes.Staking},
	stakingtypes.NotBondedPoolName: {authtypes.Burner, authtypes.Staking},
	govtypes.ModuleName:            {authtypes.Burner},
	transfertypes.ModuleName:       {authtypes.Minter, authtypes.Burner},
}

// storeNames are the committed stores, sorted.
var storeNames = []string{
	authtypes.StoreKey, authzkeeper.StoreKey, banktypes.StoreKey, capabilitytypes.StoreKey, circuittypes.StoreKey,
	consensustypes.StoreKey, distrtypes.StoreKey, evidencetypes.StoreKey, feegrant.StoreKey, govtypes.StoreKey,
	ibcexported.StoreKey, minttypes.StoreKey, paramstypes.StoreKey, slashingtypes.StoreKey, stakingtypes.StoreKey,
	transfertypes.StoreKey, upgradetypes.StoreKey,
}

// Orders of SecretNetwork (app/app.go), without the modules that only Secret has and without interchain accounts, packet
// forwarding and ibc-fee.
var (
	beginOrder = []string{
		upgradetypes.ModuleName, capabilitytypes.ModuleName, minttypes.ModuleName, distrtypes.ModuleName, slashingtypes.ModuleName,
		evidencetypes.ModuleName, stakingtypes.ModuleName, ibcexported.ModuleName, transfertypes.ModuleName, feegrant.ModuleName,
		authtypes.ModuleName, vestingtypes.ModuleName, banktypes.ModuleName, govtypes.ModuleName, genutiltypes.ModuleName,
		authz.ModuleName, paramstypes.ModuleName, circuittypes.ModuleName,
		consensustypes.ModuleName, ibctm.ModuleName, // no begin blocker; the manager wants every module named
	}
	endOrder = []string{
		govtypes.ModuleName, authz.ModuleName, feegrant.ModuleName, stakingtypes.ModuleName, capabilitytypes.ModuleName,
		authtypes.ModuleName, vestingtypes.ModuleName, banktypes.ModuleName, distrtypes.ModuleName, slashingtypes.ModuleName,
		minttypes.ModuleName, genutiltypes.ModuleName, evidencetypes.ModuleName, paramstypes.ModuleName, upgradetypes.ModuleName,
		ibcexported.ModuleName, transfertypes.ModuleName, circuittypes.ModuleName,
		consensustypes.ModuleName, ibctm.ModuleName,
	}
	genesisOrder = []string{
		capabilitytypes.ModuleName, authtypes.ModuleName, vestingtypes.ModuleName, banktypes.ModuleName, distrtypes.ModuleName,
		stakingtypes.ModuleName, slashingtypes.ModuleName, govtypes.ModuleName, paramstypes.ModuleName, upgradetypes.ModuleName,
		authz.ModuleName, minttypes.ModuleName, ibcexported.ModuleName, genutiltypes.ModuleName, evidencetypes.ModuleName,
		transfertypes.ModuleName, feegrant.ModuleName, circuittypes.ModuleName,
		consensustypes.ModuleName, ibctm.ModuleName, // no genesis of their own
	}
)

// App is the application: stock SDK modules in the reference's order, over a database in memory.
type App struct {
	*baseapp.BaseApp
	options  Options
	trace    *trace
	keys     map[string]*storetypes.KVStoreKey
	cdc      *codec.ProtoCodec
	registry codectypes.InterfaceRegistry
	txConfig client.TxConfig
	manager  *module.Manager
	config   module.Configurator

	accounts  authkeeper.AccountKeeper
	bank      bankkeeper.BaseKeeper
	staking   *stakingkeeper.Keeper
	slashing  slashingkeeper.Keeper
	mint      mintkeeper.Keeper
	distr     distrkeeper.Keeper
	gov       *govkeeper.Keeper
	upgrade   *upgradekeeper.Keeper
	authz     authzkeeper.Keeper
	feegrant  feegrantkeeper.Keeper
	evidence  *evidencekeeper.Keeper
	circuit   circuitkeeper.Keeper
	consensus consensuskeeper.Keeper
	params    paramskeeper.Keeper
	ibc       *ibckeeper.Keeper
	transfer  transferkeeper.Keeper
}

func setPrefixes() {
	c := sdk.GetConfig()
	c.SetBech32PrefixForAccount(prefix, prefix+"pub")
	c.SetBech32PrefixForValidator(prefix+"valoper", prefix+"valoperpub")
	c.SetBech32PrefixForConsensusNode(prefix+"valcons", prefix+"valconspub")
	c.SetCoinType(coinType)
	sdk.DefaultBondDenom = denom
}

func newRegistry() codectypes.InterfaceRegistry {
	return must(codectypes.NewInterfaceRegistryWithOptions(codectypes.InterfaceRegistryOptions{
		ProtoFiles: proto.HybridResolver,
		SigningOptions: txsigning.Options{
			AddressCodec:          address.NewBech32Codec(prefix),
			ValidatorAddressCodec: address.NewBech32Codec(prefix + "valoper"),
		},
	}))
}

// Options of an application.
type Options struct {
	// Gas names the table that prices store access of transactions: "secret" (default) or "sdk".
	Gas string `json:"gas,omitempty"`
	// Modules is "all" (default) or "bank": then only auth, bank and consensus parameters live, no block hook runs, and
	// there are no validators. Everything else is there and unused, its stores are empty.
	Modules string `json:"modules,omitempty"`
	// Trace: give every store access of every transaction, with its gas.
	Trace bool `json:"trace,omitempty"`
}

// newApp makes an empty application.
func newApp(chainID string, o Options) *App {
	registry := newRegistry()
	a := &App{options: o, registry: registry, cdc: codec.NewProtoCodec(registry), keys: storetypes.NewKVStoreKeys(storeNames...)}
	amino := codec.NewLegacyAmino()
	transient := storetypes.NewTransientStoreKeys(paramstypes.TStoreKey)
	memory := storetypes.NewMemoryStoreKeys(capabilitytypes.MemStoreKey)
	service := func(name string) corestore.KVStoreService { return runtime.NewKVStoreService(a.keys[name]) }
	if o.Trace {
		a.trace = &trace{done: map[string][][]string{}}
		service = func(name string) corestore.KVStoreService {
			return &tracedService{runtime.NewKVStoreService(a.keys[name]), name, a.trace}
		}
	}
	std.RegisterLegacyAminoCodec(amino)
	std.RegisterInterfaces(registry)

	a.BaseApp = baseapp.NewBaseApp("sdkapp", log.NewNopLogger(), dbm.NewMemDB(), nil, baseapp.SetChainID(chainID))
	a.SetVersion("0.50.13")
	a.SetInterfaceRegistry(registry)
	authority := authtypes.NewModuleAddress(govtypes.ModuleName).String()
	acc, val, cons := address.NewBech32Codec(prefix), address.NewBech32Codec(prefix+"valoper"), address.NewBech32Codec(prefix+"valcons")

	a.params = newParamsKeeper(a.cdc, amino, a.keys[paramstypes.StoreKey], transient[paramstypes.TStoreKey])
	space := func(name string) paramstypes.Subspace { s, _ := a.params.GetSubspace(name); return s }
	a.consensus = consensuskeeper.NewKeeper(a.cdc, service(consensustypes.StoreKey), authority, runtime.EventService{})
	a.SetParamStore(a.consensus.ParamsStore)

	capabilities := capabilitykeeper.NewKeeper(a.cdc, a.keys[capabilitytypes.StoreKey], memory[capabilitytypes.MemStoreKey])
	scopedIBC := capabilities.ScopeToModule(ibcexported.ModuleName)
	scopedTransfer := capabilities.ScopeToModule(transfertypes.ModuleName)
	capabilities.Seal()

	a.accounts = authkeeper.NewAccountKeeper(a.cdc, service(authtypes.StoreKey), authtypes.ProtoBaseAccount, moduleAccounts, acc, prefix, authority)
	a.bank = bankkeeper.NewBaseKeeper(a.cdc, service(banktypes.StoreKey), a.accounts, blockedAddresses(), authority, log.NewNopLogger())
	a.txConfig = must(authtx.NewTxConfigWithOptions(a.cdc, authtx.ConfigOptions{
		EnabledSignModes: []signing.SignMode{
			signing.SignMode_SIGN_MODE_DIRECT, signing.SignMode_SIGN_MODE_LEGACY_AMINO_JSON,
			signing.SignMode_SIGN_MODE_DIRECT_AUX, signing.SignMode_SIGN_MODE_TEXTUAL,
		},
		TextualCoinMetadataQueryFn: txconfig.NewBankKeeperCoinMetadataQueryFn(a.bank),
	}))
	a.SetTxDecoder(a.txConfig.TxDecoder())
	a.SetTxEncoder(a.txConfig.TxEncoder())

	a.staking = stakingkeeper.NewKeeper(a.cdc, service(stakingtypes.StoreKey), a.accounts, a.bank, authority, val, cons)
	a.mint = mintkeeper.NewKeeper(a.cdc, service(minttypes.StoreKey), a.staking, a.accounts, a.bank, authtypes.FeeCollectorName, authority)
	a.distr = distrkeeper.NewKeeper(a.cdc, service(distrtypes.StoreKey), a.accounts, a.bank, a.staking, authtypes.FeeCollectorName, authority)
	a.slashing = slashingkeeper.NewKeeper(a.cdc, amino, service(slashingtypes.StoreKey), a.staking, authority)
	a.staking.SetHooks(stakingtypes.NewMultiStakingHooks(a.distr.Hooks(), a.slashing.Hooks()))
	a.feegrant = feegrantkeeper.NewKeeper(a.cdc, service(feegrant.StoreKey), a.accounts)
	a.authz = authzkeeper.NewKeeper(service(authzkeeper.StoreKey), a.cdc, a.MsgServiceRouter(), a.accounts)
	a.circuit = circuitkeeper.NewKeeper(a.cdc, service(circuittypes.StoreKey), authority, acc)
	a.SetCircuitBreaker(&a.circuit)
	a.upgrade = upgradekeeper.NewKeeper(map[int64]bool{}, service(upgradetypes.StoreKey), a.cdc, haltHome, a.BaseApp, authority)
	a.evidence = evidencekeeper.NewKeeper(a.cdc, service(evidencetypes.StoreKey), a.staking, a.slashing, acc, runtime.ProvideCometInfoService())
	a.gov = govkeeper.NewKeeper(a.cdc, service(govtypes.StoreKey), a.accounts, a.bank, a.staking, a.distr, a.MsgServiceRouter(), govtypes.DefaultConfig(), authority)
	a.gov.SetLegacyRouter(govv1beta1.NewRouter().
		AddRoute(govtypes.RouterKey, govv1beta1.ProposalHandler).
		AddRoute(proposal.RouterKey, params.NewParamChangeProposalHandler(a.params)))
	a.ibc = ibckeeper.NewKeeper(a.cdc, a.keys[ibcexported.StoreKey], space(ibcexported.ModuleName), a.staking, a.upgrade, scopedIBC, authority)
	a.transfer = transferkeeper.NewKeeper(a.cdc, a.keys[transfertypes.StoreKey], space(transfertypes.ModuleName),
		a.ibc.ChannelKeeper, a.ibc.ChannelKeeper, a.ibc.PortKeeper, a.accounts, a.bank, scopedTransfer, authority)
	a.ibc.SetRouter(ibcporttypes.NewRouter().AddRoute(transfertypes.ModuleName, transfer.NewIBCModule(a.transfer)))

	a.manager = module.NewManager(
		genutil.NewAppModule(a.accounts, a.staking, a, a.txConfig),
		auth.NewAppModule(a.cdc, a.accounts, nil, space(authtypes.ModuleName)),
		vesting.NewAppModule(a.accounts, a.bank),
		bank.NewAppModule(a.cdc, a.bank, a.accounts, space(banktypes.ModuleName)),
		capability.NewAppModule(a.cdc, *capabilities, false),
		feegrantmodule.NewAppModule(a.cdc, a.accounts, a.bank, a.feegrant, registry),
		gov.NewAppModule(a.cdc, a.gov, a.accounts, a.bank, space(govtypes.ModuleName)),
		mint.NewAppModule(a.cdc, a.mint, a.accounts, nil, space(minttypes.ModuleName)),
		slashing.NewAppModule(a.cdc, a.slashing, a.accounts, a.bank, a.staking, space(slashingtypes.ModuleName), registry),
		distribution.NewAppModule(a.cdc, a.distr, a.accounts, a.bank, a.staking, space(distrtypes.ModuleName)),
		staking.NewAppModule(a.cdc, a.staking, a.accounts, a.bank, space(stakingtypes.ModuleName)),
		upgrade.NewAppModule(a.upgrade, acc),
		evidence.NewAppModule(*a.evidence),
		params.NewAppModule(a.params),
		authzmodule.NewAppModule(a.cdc, a.authz, a.accounts, a.bank, registry),
		consensus.NewAppModule(a.cdc, a.consensus),
		circuit.NewAppModule(a.cdc, a.circuit),
		ibc.NewAppModule(a.ibc),
		transfer.NewAppModule(a.transfer),
		ibctm.NewAppModule(),
	)
	basics := a.basics()
	basics.RegisterLegacyAminoCodec(amino)
	basics.RegisterInterfaces(registry)
	a.manager.SetOrderPreBlockers(upgradetypes.ModuleName)
	a.manager.SetOrderBeginBlockers(beginOrder...)
	a.manager.SetOrderEndBlockers(endOrder...)
	a.manager.SetOrderInitGenesis(genesisOrder...)
	a.config = module.NewConfigurator(a.cdc, a.MsgServiceRouter(), a.GRPCQueryRouter())
	check(a.manager.RegisterServices(a.config))

	a.MountKVStores(a.keys)
	a.MountTransientStores(transient)
	a.MountMemoryStores(memory)
	a.SetAnteHandler(newAnte(a))
	if o.Modules == "bank" {
		a.SetInitChainer(a.initBank)
		a.SetEndBlocker(func(sdk.Context) (sdk.EndBlock, error) { a.trace.end(); return sdk.EndBlock{}, nil })
		check(a.LoadLatestVersion())
		return a
	}
	a.SetInitChainer(a.initChain)
	a.SetPreBlocker(func(ctx sdk.Context, _ *abci.RequestFinalizeBlock) (*sdk.ResponsePreBlock, error) {
		return a.manager.PreBlock(ctx)
	})
	a.SetBeginBlocker(a.manager.BeginBlock)
	a.SetEndBlocker(func(ctx sdk.Context) (sdk.EndBlock, error) {
		a.trace.end()
		return a.manager.EndBlock(ctx)
	})
	check(a.LoadLatestVersion())
	return a
}

// haltHome is where the upgrade module leaves a note when it halts the chain: only then is it touched.
var haltHome = filepath.Join(os.TempDir(), "sdkapp-halted")

func (a *App) basics() module.BasicManager {
	return module.NewBasicManagerFromManager(a.manager, map[string]module.AppModuleBasic{
		genutiltypes.ModuleName: genutil.NewAppModuleBasic(genutiltypes.DefaultMessageValidator),
		govtypes.ModuleName:     gov.NewAppModuleBasic([]govclient.ProposalHandler{}),
	})
}

// initChain runs the modules' genesis.
func (a *App) initChain(ctx sdk.Context, req *abci.RequestInitChain) (*abci.ResponseInitChain, error) {
	var state map[string]json.RawMessage
	if err := json.Unmarshal(req.AppStateBytes, &state); err != nil {
		return nil, err
	}
	if err := a.upgrade.SetModuleVersionMap(ctx, a.manager.GetVersionMap()); err != nil {
		return nil, err
	}
	return a.manager.InitGenesis(ctx, a.cdc, state)
}

// initBank runs the genesis of auth and bank alone.
func (a *App) initBank(ctx sdk.Context, req *abci.RequestInitChain) (*abci.ResponseInitChain, error) {
	var state map[string]json.RawMessage
	if err := json.Unmarshal(req.AppStateBytes, &state); err != nil {
		return nil, err
	}
	var accounts authtypes.GenesisState
	var balances banktypes.GenesisState
	a.cdc.MustUnmarshalJSON(state[authtypes.ModuleName], &accounts)
	a.cdc.MustUnmarshalJSON(state[banktypes.ModuleName], &balances)
	a.accounts.InitGenesis(ctx, accounts)
	a.bank.InitGenesis(ctx, &balances)
	return &abci.ResponseInitChain{}, nil
}

// blockedAddresses are all module accounts but distribution's, the only one that may be sent to.
func blockedAddresses() map[string]bool {
	blocked := map[string]bool{}
	for name := range moduleAccounts {
		blocked[authtypes.NewModuleAddress(name).String()] = name != distrtypes.ModuleName
	}
	return blocked
}

// newParamsKeeper declares the legacy parameter spaces as the reference does: without key tables, so that a legacy
// ParameterChangeProposal panics. No module of SDK 0.50 reads them.
func newParamsKeeper(cdc codec.BinaryCodec, amino *codec.LegacyAmino, key, transient storetypes.StoreKey) paramskeeper.Keeper {
	k := paramskeeper.NewKeeper(cdc, amino, key, transient)
	for _, name := range []string{
		authtypes.ModuleName, banktypes.ModuleName, stakingtypes.ModuleName, minttypes.ModuleName, distrtypes.ModuleName,
		slashingtypes.ModuleName, transfertypes.ModuleName, ibcexported.ModuleName, govtypes.ModuleName,
	} {
		k.Subspace(name)
	}
	return k
}
