// Where the client begins.
import { render } from "preact";
import { App } from "./app";
import { begin as speak } from "./lib/i18n";
import { listen } from "./lib/keys";
import { follow } from "./lib/route";
import { begin as hear } from "./state/live";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/parts.css";

follow();
listen();
await speak();
render(<App />, document.getElementById("app")!);
hear();
