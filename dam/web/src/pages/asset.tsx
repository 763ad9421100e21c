// Not yet.
export default function Page() { return <div class="page"><h1>asset</h1></div>; }
