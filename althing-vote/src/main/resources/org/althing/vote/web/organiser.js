// What makes the organiser's pages quicker; each of them works without.

// The secret of an organiser's link.
function enter(form) {
  const secret = new URLSearchParams(location.hash.slice(1)).get('t');
  if (!secret) return;
  history.replaceState(null, '', location.pathname + location.search);
  form.elements.secret.value = secret;
  form.submit();
}

// The preview follows what is typed.
function preview(form) {
  const paper = document.getElementById('preview');
  const numbers = document.getElementById('numbers');
  let timer = 0;
  let number = 0;

  function fit() {
    const counting = form.elements.counting.value;
    form.classList.toggle('yes-no', counting === 'yes-no');
    numbers.hidden = counting !== 'multiple' && counting !== 'score';
    form.elements.min.hidden = counting === 'score';
    form.elements.secrecy.disabled = form.elements.who.value === 'codes';
  }

  async function show() {
    const mine = ++number;
    try {
      const answer = await fetch('/organiser/preview?lang=' + document.documentElement.lang, {
        method: 'POST',
        headers: { Accept: 'application/json' },
        body: new URLSearchParams(new FormData(form)),
      });
      const { html } = await answer.json();
      if (mine !== number) return;
      const page = new DOMParser().parseFromString(html, 'text/html');
      for (const element of page.querySelectorAll('[id]')) element.removeAttribute('id');
      paper.replaceChildren(...page.body.childNodes);
    } catch { /* the button shows it too */ }
  }

  form.addEventListener('input', () => {
    fit();
    clearTimeout(timer);
    timer = setTimeout(show, 250);
  });
  document.getElementById('show-preview').hidden = true;
  fit();
  show();
}

// A file's text into the field, which is what is posted.
function roster(input) {
  input.addEventListener('change', async () => {
    const bytes = await input.files[0].arrayBuffer();
    let text;
    try {
      text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    } catch {
      text = new TextDecoder('windows-1252').decode(bytes);
    }
    document.getElementById('roster-text').value = text;
  });
}

const secretForm = document.getElementById('secret-form');
if (secretForm) enter(secretForm);
const pollForm = document.getElementById('poll-form');
if (pollForm) preview(pollForm);
const file = document.getElementById('roster-file');
if (file) roster(file);
const print = document.getElementById('print');
if (print) print.addEventListener('click', () => window.print());
