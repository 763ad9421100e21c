// What a decision will do, and then what it does. Begun.
import type { Schemas } from "../api/client";
export type Decision = "approve" | "reject" | "revoke" | "rollback" | "withdraw";
export function Decide(_props: { asset: Schemas["Asset"]; version: Schemas["Version"]; decision: Decision; onClose(): void }) { return null; }
