# The bucket and the prefix come from `make deploy` (-backend-config): the bucket is versioned, and made before anything else.
terraform {
  backend "gcs" {}
}
