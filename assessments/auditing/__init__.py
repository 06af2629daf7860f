"""The audit log as administrators read it, and what one patient may be told of it."""
