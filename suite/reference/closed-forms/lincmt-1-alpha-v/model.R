lincmt_1_alpha_v <- function() {
  ini({
    alpha <- 0.21
    v <- 8
  })
  model({
    cp <- linCmt()
  })
}
