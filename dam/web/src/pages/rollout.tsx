// Not yet.
export default function Page() { return <div class="page"><h1>rollout</h1></div>; }
