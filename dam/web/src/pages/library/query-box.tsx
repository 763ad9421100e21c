// The query, with what could be typed next, and what can't be understood marked under the very word.
import { Search, X } from "lucide";
import type { RefObject } from "preact";
import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Refusal } from "../../api/client";
import { Icon } from "../../components/icon";
import { t } from "../../lib/i18n";
import { chosen, typing, type Typing } from "./complete";
import { Fault, type Place } from "./fault";
import { suggestions } from "./values";
import { quoted } from "./view";

const PAUSE = 250;

interface Props {
  readonly words: string;
  /** Why the service does not understand these words, and where. */
  readonly fault: { readonly error: Refusal; readonly place: Place } | null;
  readonly input: RefObject<HTMLInputElement | null>;
  /** Ask for this; `typed`: somebody is still typing. */
  ask(words: string, typed: boolean): void;
  leave(): void;
}

interface Offer {
  readonly piece: Typing;
  readonly values: readonly string[];
}

export function QueryBox({ words, fault, input, ask, leave }: Props) {
  const [text, setText] = useState(words);
  const [offer, setOffer] = useState<Offer | null>(null);
  const [at, setAt] = useState(-1);
  const caret = useRef<number | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const sent = useRef(words);
  const list = useId();
  const told = useId();

  useEffect(() => {
    if (words === sent.current) return;
    sent.current = words;
    setText(words);
  }, [words]);
  useLayoutEffect(() => {
    if (caret.current !== null) input.current?.setSelectionRange(caret.current, caret.current);
    caret.current = null;
  });
  useEffect(() => () => clearTimeout(timer.current), []);

  const send = (now: string, typed: boolean): void => {
    clearTimeout(timer.current);
    const act = (): void => {
      sent.current = now;
      ask(now, typed);
    };
    if (typed) timer.current = setTimeout(act, PAUSE);
    else act();
  };
  const change = (now: string): void => {
    setText(now);
    send(now, true);
    void complete(now);
  };
  const complete = async (now: string): Promise<void> => {
    const place = input.current?.selectionStart ?? now.length;
    const piece = typing(now, place);
    try {
      const values = await suggestions(piece);
      if (input.current?.value !== now || document.activeElement !== input.current) return;
      setOffer(values.length > 0 ? { piece, values } : null);
      setAt(-1);
      if (values.length > 0 && piece.field !== null) clearTimeout(timer.current); // half a value finds nothing
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      setOffer(null); // completion is a help; the query goes without it
    }
  };
  const take = (value: string): void => {
    if (!offer) return;
    const put = chosen(text, offer.piece, offer.piece.field === null ? value : quoted(value));
    caret.current = put.caret;
    setText(put.query);
    setOffer(null);
    if (offer.piece.field === null) void Promise.resolve().then(() => complete(put.query));
    else send(put.query, false);
    input.current?.focus();
  };
  const keys = (event: KeyboardEvent): void => {
    const count = offer?.values.length ?? 0;
    if (event.isComposing) return;
    if (event.key === "ArrowDown" && count > 0) setAt((at + 1) % count);
    else if (event.key === "ArrowUp" && count > 0) setAt(at <= 0 ? count - 1 : at - 1);
    else if ((event.key === "Enter" || event.key === "Tab") && offer && at >= 0) take(offer.values[at]!);
    else if (event.key === "Tab" && offer && !event.shiftKey && offer.piece.text !== "") take(offer.values[0]!);
    else if (event.key === "Enter") (setOffer(null), send(text, false));
    else if (event.key === "Escape" && offer) setOffer(null);
    else if (event.key === "Escape" || event.key === "ArrowDown") leave();
    else return;
    event.preventDefault();
  };
  const wrong = fault && !offer ? fault : null;

  return (
    <div class="query" role="search">
      <span class="lens"><Icon of={Search} /></span>
      <Fault text={text} input={input} place={wrong && text === words ? wrong.place : null} />
      <input
        ref={input} type="text" role="combobox" aria-label={t("library.search")} placeholder={t("library.search_hint")} value={text}
        autocomplete="off" autocapitalize="off" spellcheck={false} maxLength={1000} enterkeyhint="search"
        aria-expanded={offer !== null} aria-controls={list} aria-autocomplete="list"
        aria-activedescendant={offer && at >= 0 ? `${list}-${at}` : undefined}
        aria-invalid={wrong ? "true" : undefined} aria-describedby={wrong ? told : undefined}
        onInput={(event) => change(event.currentTarget.value)} onKeyDown={keys} onBlur={() => (setOffer(null), text !== sent.current && send(text, false))}
      />
      {text !== "" && (
        <button class="button quiet clear" aria-label={t("library.clear_search")} onClick={() => (setText(""), setOffer(null), send("", false), input.current?.focus())}>
          <Icon of={X} />
        </button>
      )}
      <ul id={list} role="listbox" aria-label={t("library.completions")} class="offers" hidden={!offer}>
        {offer?.values.map((value, index) => (
          <li
            key={value} id={`${list}-${index}`} role="option" aria-selected={index === at}
            onMouseDown={(event) => (event.preventDefault(), take(value))}
          >{offer.piece.field !== null && <span class="quiet">{offer.piece.field}: </span>}{value}</li>
        ))}
      </ul>
      {wrong && <Told id={told} error={wrong.error} text={text} mend={(now) => (setText(now), send(now, false), input.current?.focus())} place={wrong.place} />}
    </div>
  );
}

interface ToldProps {
  readonly id: string;
  readonly error: Refusal;
  readonly text: string;
  readonly place: Place;
  mend(words: string): void;
}

/** What is wrong, in the person's language, and what could stand there. */
function Told({ id, error, text, place, mend }: ToldProps) {
  const found = text.slice(place[0], place[1]).trim();
  const meant = /did you mean ([^?\s]+)\?/.exec(error.detail)?.[1];
  const expected = (error.more.expected as readonly string[] | undefined) ?? [];
  const put = meant && found ? text.slice(0, place[0]) + found.replace(/^[^:<>=!]+/, meant) + text.slice(place[1]) : null;
  return (
    <div class="fault" id={id} role="alert">
      <p>{place[0] >= place[1] || !found ? t("library.fault_end") : t("library.fault", { found })}</p>
      {put && <p>{t("library.meant")} <button class="button quiet" onClick={() => mend(put)}>{meant}</button></p>}
      {!put && expected.length > 0 && <p class="quiet">{t("library.expected", { what: expected.slice(0, 6).map(said).join(", ") })}</p>}
    </div>
  );
}

const SAID = {
  "a word": "library.expects.word",
  "a word that ends with *": "library.expects.prefix",
  '"words in quotation marks"': "library.expects.quoted",
  "a field, such as tag:": "library.expects.field",
  "a comparison, such as width>=1600": "library.expects.comparison",
  "* for any value": "library.expects.any",
  "a minus before what must not match": "library.expects.minus",
  "an opening parenthesis": "library.expects.opening",
  "a closing parenthesis": "library.expects.closing",
  "the end": "library.expects.end",
  "a value": "library.expects.value",
} as const;

const said = (what: string): string => (what in SAID ? t(SAID[what as keyof typeof SAID]) : what);
