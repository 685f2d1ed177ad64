// Swagger UI over the document that lies beside this page's address.
window.ui = SwaggerUIBundle({
  url: window.location.pathname.replace(/docs\/?$/, "openapi.json"),
  dom_id: "#swagger-ui",
  deepLinking: true,
  persistAuthorization: false,
  validatorUrl: null,
});
