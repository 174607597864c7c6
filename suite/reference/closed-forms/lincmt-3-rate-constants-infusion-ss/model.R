lincmt_3_rate_constants_infusion_ss <- function() {
  ini({
    k <- 0.4
    v <- 15
    k12 <- 0.6
    k21 <- 0.3
    k13 <- 0.13
    k31 <- 0.017
  })
  model({
    cp <- linCmt()
  })
}
