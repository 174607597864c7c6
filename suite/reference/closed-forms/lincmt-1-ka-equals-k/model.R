lincmt_1_ka_equals_k <- function() {
  ini({
    ka <- 0.2
    cl <- 4
    v <- 20
  })
  model({
    cp <- linCmt()
  })
}
