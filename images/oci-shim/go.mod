module reconverge.dev/images/oci-shim

go 1.22
