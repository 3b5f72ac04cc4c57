//! The driver: one module of machine code, and the one owner of its memory. Functions are declared and defined one
//! by one, finalized together, and fetched by address; memory is never writable and executable at the same time.

use std::fmt;
use std::mem::{ManuallyDrop, transmute};

use cranelift_codegen::settings::{self, Configurable};
use cranelift_jit::{JITBuilder, JITModule};
use cranelift_module::{FuncId, ModuleError, default_libcall_names};
use persona_ir::Violation;

use persona_runtime::kernels::Row;

use crate::codegen::{Workshop, define_driver};
use crate::columnar::fused::run::Splat;
use crate::context::Context;
use crate::helpers::Imports;

/// Why a plan could not be compiled: it does not verify, the machine is not supported, its memory for code is
/// exhausted, or the code generator refused, which no verified plan makes it do.
#[derive(Debug)]
pub struct CompileError(String);

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the plan could not be compiled to machine code: {}",
            self.0
        )
    }
}

impl std::error::Error for CompileError {}

impl CompileError {
    fn new(error: impl fmt::Display) -> Self {
        Self(error.to_string())
    }

    /// The plan breaks rules.
    pub(crate) fn unverified(violations: &[Violation]) -> Self {
        let first = violations
            .first()
            .map(ToString::to_string)
            .unwrap_or_default();
        Self(format!(
            "it breaks {} of the plan's rules, first {first}",
            violations.len()
        ))
    }
}

impl From<ModuleError> for CompileError {
    fn from(error: ModuleError) -> Self {
        Self(format!("{error:?}"))
    }
}

/// Whether code can be made for the machine this runs on.
///
/// # Errors
///
/// When it cannot.
pub(crate) fn check_machine() -> Result<(), CompileError> {
    cranelift_native::builder()
        .map(|_| ())
        .map_err(CompileError::new)
}

/// Machine code that works on one profile.
pub(crate) type OnProfile = unsafe extern "C" fn(*mut Context, u64);
/// Machine code that works on one row: a word for the context and the row's address.
pub(crate) type OnRow = unsafe extern "C" fn(*mut Context, *const u64) -> u64;
/// Machine code that works on rows: the context, the first row's address, how many there are, where answers go.
pub(crate) type OverRows = unsafe extern "C" fn(*mut Context, *const u64, u64, *mut u64);
/// Machine code that works on a chunk: its inputs' addresses, its constants, which rows are needed, the rows it writes, and how
/// many blocks of [`crate::columnar::fused::run::BLOCK`] rows the chunk has.
pub(crate) type OverChunk =
    unsafe extern "C" fn(*const *const u8, *const Splat, *const Row, *mut Row, u64);
/// The loop over profiles: context, first, behind the last, the functions' addresses, their number.
type Driver = unsafe extern "C" fn(*mut Context, u64, u64, *const OnProfile, u64);

/// A module that is being filled.
pub(crate) struct Draft {
    pub(crate) module: JITModule,
    pub(crate) imports: Imports,
    pub(crate) work: Workshop,
}

impl Draft {
    /// An empty module for the machine this runs on.
    pub(crate) fn new() -> Result<Self, CompileError> {
        let mut flags = settings::builder();
        let options = [
            ("opt_level", "speed"),
            ("is_pic", "false"),
            ("use_colocated_libcalls", "false"),
            (
                "enable_verifier",
                if cfg!(debug_assertions) {
                    "true"
                } else {
                    "false"
                },
            ),
        ];
        for (name, value) in options {
            flags.set(name, value).map_err(CompileError::new)?;
        }
        let target = cranelift_native::builder().map_err(CompileError::new)?;
        let target = target
            .finish(settings::Flags::new(flags))
            .map_err(CompileError::new)?;
        let mut builder = JITBuilder::with_isa(target, default_libcall_names());
        Imports::symbols(&mut builder);
        let mut module = JITModule::new(builder);
        let imports = Imports::declare(&mut module)?;
        let work = Workshop::new(&module);
        Ok(Self {
            module,
            imports,
            work,
        })
    }

    /// Makes the code executable.
    pub(crate) fn finish(mut self) -> Result<Code, CompileError> {
        let driver = define_driver(&mut self.module, &mut self.work)?;
        self.module.finalize_definitions()?;
        let address = self.module.get_finalized_function(driver);
        // SAFETY: the address is that of a finished function which `define_driver` gave these parameters, in the
        // platform's C calling convention.
        let driver = unsafe { transmute::<*const u8, Driver>(address) };
        Ok(Code {
            module: ManuallyDrop::new(self.module),
            driver,
        })
    }
}

/// Finished machine code. Frees its memory when dropped.
pub(crate) struct Code {
    module: ManuallyDrop<JITModule>,
    driver: Driver,
}

// SAFETY: a finished module is only looked at (addresses, by `function`) while it is linked by one thread, and then
// never touched again before it is dropped; what remains is code, which is read only.
unsafe impl Send for Code {}
// SAFETY: as above.
unsafe impl Sync for Code {}

impl Drop for Code {
    fn drop(&mut self) {
        // SAFETY: the module is taken once, here. Addresses into it live in `Program`s, which `Compiled` drops together
        // with this owner; running borrows `Compiled`, so that no code is running now.
        unsafe { ManuallyDrop::take(&mut self.module).free_memory() }
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Code").finish_non_exhaustive()
    }
}

impl Code {
    /// A function that works on one profile. The id is that of such a function of this module.
    pub(crate) fn function(&self, id: FuncId) -> OnProfile {
        let address = self.module.get_finalized_function(id);
        // SAFETY: the caller has the id from `define_group`, `define_answers`, `define_members` or `define_checks`, which all
        // go through `Workshop::define`: these parameters and no result, in the platform's C calling convention.
        unsafe { transmute::<*const u8, OnProfile>(address) }
    }

    /// A function that works on one row. The id is that of such a function of this module.
    pub(crate) fn on_row(&self, id: FuncId) -> OnRow {
        let address = self.module.get_finalized_function(id);
        // SAFETY: the caller has the id from `define_row_bits` or `define_row_values`, which give functions these parameters and
        // result, in the platform's C calling convention.
        unsafe { transmute::<*const u8, OnRow>(address) }
    }

    /// A function that works on a chunk. The id is that of such a function of this module.
    pub(crate) fn over_chunk(&self, id: FuncId) -> OverChunk {
        let address = self.module.get_finalized_function(id);
        // SAFETY: the caller has the id from `define_fused`, which gives functions these parameters and no result, in the platform's
        // C calling convention.
        unsafe { transmute::<*const u8, OverChunk>(address) }
    }

    /// A function that works on rows. The id is that of such a function of this module.
    pub(crate) fn over_rows(&self, id: FuncId) -> OverRows {
        let address = self.module.get_finalized_function(id);
        // SAFETY: the caller has the id from `define_row_loop`, which gives functions these parameters and no result, in the
        // platform's C calling convention.
        unsafe { transmute::<*const u8, OverRows>(address) }
    }

    /// Runs functions for the profiles `first..last`, in order.
    ///
    /// # Safety
    ///
    /// The functions are of this code or do no more than it may, and the context is one bound for their program to a
    /// dataset that has these profiles.
    pub(crate) unsafe fn run(
        &self,
        context: *mut Context,
        functions: &[OnProfile],
        first: u64,
        last: u64,
    ) {
        // SAFETY: the driver calls each function with the context and each profile, as the caller has promised it may.
        unsafe {
            let count = functions.len() as u64;
            (self.driver)(context, first, last, functions.as_ptr(), count);
        }
    }
}
