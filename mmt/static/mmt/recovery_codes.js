// Recovery codes as a file, made from what stands on the page: the server shows them once only.

const link = document.querySelector("[data-recovery-file]");
const codes = [...document.querySelectorAll("#recovery-codes code")].map((code) => code.textContent);

if (link) {
  link.href = URL.createObjectURL(new Blob([`${codes.join("\n")}\n`], { type: "text/plain" }));
  link.hidden = false;
}
