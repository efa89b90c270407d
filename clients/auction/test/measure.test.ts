import { test } from "vitest";
import { House } from "./house.ts";
test("measure", async () => {
  const h = await House.open({}).catch((e) => { throw e; });
  const p = (l: string, e: any) => console.log(l, e.gasUsed, JSON.stringify(e.json()).slice(0,110), e.debug);
  p("deposit", await h.deposit("bob", 0, 1000n)); p("deposit2", await h.deposit("bob", 0, 1000n)); await h.deposit("carol", 0, 10n**20n);
  await h.deposit("alice", 1, 100n);
  p("create", await h.create("alice")); p("create2", await h.create("alice", { reserve: 777n, format: "second_price", title: "x" }));
  p("cover first", await h.cover("bob", 1n)); p("cover", await h.cover("bob", 1n)); p("bid", await h.bid("bob", 1n, 100n)); p("raise", await h.bid("bob", 1n, 1000n));
  p("bid first", await h.bid("carol", 1n, 100n)); p("refused", await h.bid("carol", 1n, 1n)); p("early settle", await h.settle("carol", 1n));
  await h.end(); p("close", await h.close(1n)); p("close ns", await h.close(2n));
  p("settle won", await h.settle("bob", 1n)); p("settle lost", await h.settle("carol", 1n)); p("settle seller", await h.settle("alice", 1n)); p("settle nothing", await h.settle("dave", 1n));
  p("withdraw", await h.withdraw("bob", 5n, 5n)); p("withdraw refused", await h.withdraw("bob", 10n**30n, 5n)); p("withdraw 0", await h.withdraw("erin", 0n, 0n));
  console.log(JSON.stringify((await h.client("bob").house()), (k,v)=>typeof v==="bigint"?String(v):v));
  console.log(await h.client("bob").auctions()); console.log(await h.client("bob").account(), await h.client("bob").myBid(1n));
});
