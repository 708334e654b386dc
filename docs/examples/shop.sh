#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What a shop's backend does, with curl: keep a product, find what looks like it, take it out again.
#
#   shop.sh http://127.0.0.1:7780 shop photo.jpg
set -eu
url=$1/v1/collections/$2
photo=$3
# UNAVAILABLE (503) and overload (429, with Retry-After) are tried again; --max-time is the deadline of a try, and the
# header that of the server's work.
request() {
  curl --silent --show-error --fail-with-body --retry 3 --retry-connrefused --max-time 10 --retry-max-time 20 \
    --header 'X-Request-Timeout: 10' "$@"
  echo
}

request --request PUT "$url/items/example-curl" --form "image=@$photo" \
  --form 'item={"version": "'"$(date +%s%6N)"'", "attributes": {"category": "example", "price": 79.9}};type=application/json'

request --request POST "$url:search" --form "image=@$photo" \
  --form 'request={"k": 3, "filter": "category = \"example\""};type=application/json'

request --request DELETE "$url/items/example-curl"
