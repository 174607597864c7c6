lincmt_2_cl_v_q_v2_oral <- function() {
  ini({
    ka <- 0.9
    cl <- 5
    v <- 20
    q <- 8
    v2 <- 60
  })
  model({
    cp <- linCmt()
  })
}
