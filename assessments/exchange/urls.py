from django.urls import path

from .views import index

app_name = "exports"

urlpatterns = [path("", index, name="index")]
