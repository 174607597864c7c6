lincmt_1_ka_nearly_k <- function() {
  ini({
    ka <- 0.20000001
    cl <- 4
    v <- 20
  })
  model({
    cp <- linCmt()
  })
}
