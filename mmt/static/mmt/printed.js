// A page about a patient tells the server when it is printed, so that the audit log has it.

const banner = document.querySelector("#patient-banner[data-printed]");

if (banner) {
  window.addEventListener("beforeprint", () => {
    const { "X-CSRFToken": token } = JSON.parse(document.body.getAttribute("hx-headers"));
    const body = new URLSearchParams({ page: banner.dataset.page });
    const headers = { "X-CSRFToken": token };
    fetch(banner.dataset.printed, { method: "POST", body, headers, keepalive: true }).catch(() => {});
  });
}
