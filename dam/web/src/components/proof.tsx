// Proof of a placement. Begun.
import type { Schemas } from "../api/client";
import { State } from "./states";
export function Proof({ placement }: { placement: Schemas["Placement"] }) { return <State state={placement.state} />; }
