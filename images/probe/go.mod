module reconverge.dev/images/probe

go 1.22
