lincmt_2_cl_v1_q_v2_overlapping_infusions <- function() {
  ini({
    cl <- 5
    v1 <- 20
    q <- 8
    v2 <- 60
  })
  model({
    cp <- linCmt()
  })
}
