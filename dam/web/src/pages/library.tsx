// Not yet.
export default function Page() { return <div class="page"><h1>library</h1></div>; }
