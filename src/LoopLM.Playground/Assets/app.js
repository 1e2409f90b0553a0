const models = await (await fetch('v1/models')).json();
document.getElementById('models').textContent = models.data?.map(model => model.id).join(', ') ?? models.error.message;
