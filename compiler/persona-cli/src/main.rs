//! stub
fn main(){}
mod report;
