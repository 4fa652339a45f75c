// Shows the document of this hub. In a file of its own, so that the page needs no script within it.
window.SwaggerUIBundle({
  url: 'openapi.json',
  dom_id: '#reference',
  deepLinking: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0,
  // Nothing is asked of any other host.
  validatorUrl: null,
});
