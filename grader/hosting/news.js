const source = new EventSource("/events");
source.onmessage = async () => {
  const answer = await fetch(location.href);
  const next = new DOMParser().parseFromString(await answer.text(), "text/html");
  const old = document.querySelector("[data-live]"), made = next.querySelector("[data-live]");
  if (old && made && old.innerHTML !== made.innerHTML) old.innerHTML = made.innerHTML;
};
