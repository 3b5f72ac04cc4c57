//! The one integration binary: tidy rules, the literate suite, the differential test, real data, the mutation corpus, the bundled
//! examples and the command line. Every subject has a folder; nothing here is compiled into persona.

#[cfg(test)]
mod book;
#[cfg(test)]
mod cli;
#[cfg(test)]
mod differential;
#[cfg(test)]
mod editor;
#[cfg(test)]
mod embedding;
#[cfg(test)]
mod experiments;
#[cfg(test)]
mod library;
#[cfg(test)]
mod machine;
#[cfg(test)]
mod mutations;
#[cfg(test)]
mod pictures;
#[cfg(test)]
mod real;
#[cfg(test)]
mod recommend;
#[cfg(test)]
mod release;
#[cfg(test)]
mod replay;
#[cfg(test)]
mod shop;
#[cfg(test)]
mod stories;
#[cfg(test)]
mod suite;
#[cfg(test)]
mod support;
#[cfg(test)]
mod tidy;
