covariate_in_lincmt_locf <- function() {
  ini({
    v <- 10
  })
  model({
    cl <- CLEAR
    cp <- linCmt()
  })
}
