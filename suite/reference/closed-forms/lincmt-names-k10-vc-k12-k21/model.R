lincmt_names_k10_vc_k12_k21 <- function() {
  ini({
    k10 <- 0.25
    vc <- 20
    k12 <- 0.4
    k21 <- 0.13333333333333333333
  })
  model({
    cp <- linCmt()
  })
}
