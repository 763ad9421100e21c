// Not yet.
export default function Page() { return <div class="page"><h1>channel</h1></div>; }
