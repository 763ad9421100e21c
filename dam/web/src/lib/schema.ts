// Forms from JSON Schema: which fields there are, and what was typed as the values that the schema asks for.
// Must not: know what the values are for, or draw.

export interface Property {
  readonly name: string;
  readonly type: "text" | "number" | "boolean" | "secret" | "choice";
  readonly required: boolean;
  readonly says: string | undefined;
  readonly standard: string | undefined;
  readonly options: readonly string[];
}

type Json = Readonly<Record<string, unknown>>;

const object = (value: unknown): Json => (typeof value === "object" && value !== null ? (value as Json) : {});

/** The properties in the order of the schema, what is required first. */
export function properties(schema: Json): readonly Property[] {
  const required = new Set(Array.isArray(schema["required"]) ? schema["required"] : []);
  const found = Object.entries(object(schema["properties"])).map(([name, about]) => property(name, object(about), required.has(name)));
  return [...found.filter((each) => each.required), ...found.filter((each) => !each.required)];
}

function property(name: string, about: Json, required: boolean): Property {
  const options = Array.isArray(about["enum"]) ? about["enum"].map(String) : [];
  const type = about["writeOnly"] === true ? "secret"
    : options.length > 0 ? "choice"
      : about["type"] === "boolean" ? "boolean"
        : about["type"] === "number" || about["type"] === "integer" ? "number" : "text";
  return {
    name, type, required, options,
    says: typeof about["description"] === "string" ? about["description"] : undefined,
    standard: about["default"] === undefined ? undefined : String(about["default"]),
  };
}

/** What was typed as a configuration: nothing for what was left empty, so that the standard holds. */
export function configuration(fields: readonly Property[], typed: Readonly<Record<string, string>>): Record<string, unknown> {
  const config: Record<string, unknown> = {};
  for (const { name, type } of fields) {
    const value = typed[name] ?? "";
    if (value === "") continue;
    config[name] = type === "boolean" ? value === "true" : type === "number" ? Number(value) : value;
  }
  return config;
}

/** The field that a refusal's reason is about: codes begin with its name, or the first word of it. */
export function about(fields: readonly Property[], code: string): string | undefined {
  const begins = (start: string): boolean => code === start || code.startsWith(`${start}_`);
  return (fields.find((each) => begins(each.name)) ?? fields.find((each) => begins(each.name.split("_")[0] ?? each.name)))?.name;
}
