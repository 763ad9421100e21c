import { expect, test, vi } from "vitest";

test("a name that is wanted while others are asked for is asked for next", async () => {
  const asked: string[] = [];
  const answers: (() => void)[] = [];
  vi.stubGlobal("fetch", (request: Request) => {
    const ids = new URL(request.url).searchParams.get("ids") ?? "";
    asked.push(ids);
    return new Promise<Response>((resolve) => answers.push(() => resolve(Response.json({ data: ids.split(",").map((id) => ({ id, name: `name of ${id}` })) }))));
  });
  const { nameOf } = await import("./names");
  expect(nameOf("a")).toBe("");
  await vi.waitFor(() => expect(asked).toEqual(["a"]));
  expect(nameOf("b")).toBe("");
  answers.shift()?.();
  await vi.waitFor(() => expect(asked).toEqual(["a", "b"]));
  answers.shift()?.();
  await vi.waitFor(() => expect([nameOf("a"), nameOf("b")]).toEqual(["name of a", "name of b"]));
});
