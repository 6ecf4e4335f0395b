//! The pool with its threads.

use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use super::world::kinds;
use crate::{Config, Ctx, JobError, Pool, Product, Setup, Stop, StopReason, Ticket};

/// Far longer than anything here takes; a test that reaches it has failed.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

pub(super) fn setup(workers: usize) -> Setup {
    let config = Config {
        workers: Some(workers),
        ..Config::default()
    };
    Setup::new(config, kinds()).cores(8)
}

pub(super) fn pool(workers: usize) -> Pool {
    setup(workers).build().unwrap()
}

/// The answer, or an end of the test instead of an endless wait.
pub(super) fn answer<T: Send + 'static>(ticket: Ticket<T>) -> Result<T, JobError> {
    ticket.wait_for(PATIENCE).expect("every job is answered")
}

/// A job that says when it has begun, and ends when it is told to or asked to stop.
pub(super) fn held(
    begun: mpsc::SyncSender<()>,
    release: mpsc::Receiver<()>,
) -> impl FnOnce(&Ctx) -> Result<u32, Stop> + Send + 'static {
    move |ctx| {
        begun.send(()).unwrap();
        loop {
            ctx.checkpoint()?;
            match release.recv_timeout(Duration::from_millis(1)) {
                Err(mpsc::RecvTimeoutError::Timeout) => {}
                _ => return Ok(7),
            }
        }
    }
}

#[test]
fn a_job_runs_on_a_thread_of_its_own_with_the_request_of_whoever_asked() {
    let pool = pool(1);
    stdx::request::set(Some("r-3".into()));
    let order = pool.order("render").unwrap();
    stdx::request::set(None);
    let (thread, request) = pool
        .run(order, |ctx| {
            assert_eq!(ctx.request().map(|request| &**request), Some("r-3"));
            let name = std::thread::current().name().unwrap_or_default().to_owned();
            Ok((name, stdx::request::current()))
        })
        .unwrap();
    assert_eq!((&*thread, request.as_deref()), ("jobs-1", Some("r-3")));
    let unknown = pool.order("paint").unwrap_err().to_string();
    assert_eq!(
        unknown,
        "there is no action `paint`; there are render, inference, mask, file, verify, zip"
    );
}

#[test]
fn one_request_leads_from_the_order_through_the_event_to_telemetry() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let listener = Arc::clone(&told);
    let pool = setup(1)
        .tell(move |event| {
            let own = event.about().and_then(|about| about.request.clone());
            listener
                .lock()
                .unwrap()
                .push((own, stdx::request::current()));
        })
        .build()
        .unwrap();
    let (begun, wait) = mpsc::sync_channel(1);
    let (go, gate) = mpsc::sync_channel::<()>(1);
    let order = pool.order("render").unwrap().control("hue").request("r-9");
    let ticket = pool
        .submit(order, move |_| -> Result<(), Stop> {
            begun.send(()).unwrap();
            gate.recv().unwrap();
            panic!("after {:?}", stdx::request::current())
        })
        .unwrap();
    wait.recv().unwrap();
    let running = pool.telemetry().running;
    assert_eq!(running[0].request.as_deref(), Some("r-9"));
    assert_eq!(running[0].control.as_deref(), Some("hue"));
    assert_eq!(
        ticket.handle().request().map(|request| &**request),
        Some("r-9")
    );
    go.send(()).unwrap();
    let error = answer(ticket).unwrap_err().to_string();
    assert_eq!(error, "render ended in a panic: after Some(\"r-9\")");
    let request = || Some(Arc::from("r-9"));
    assert_eq!(*told.lock().unwrap(), [(request(), request())]);
    let nobody = pool.run(pool.order("render").unwrap(), |_| {
        Ok(stdx::request::current())
    });
    assert_eq!(nobody.unwrap(), None);
}

#[test]
fn no_thread_is_there_before_the_first_job_and_none_after_the_pool() {
    let pool = pool(2);
    assert_eq!(pool.telemetry().workers, []);
    let dropped = Arc::new(());
    let inside = Arc::clone(&dropped);
    pool.run(pool.order("zip").unwrap(), move |_| {
        drop(inside);
        Ok(())
    })
    .unwrap();
    assert_eq!(pool.telemetry().workers.len(), 1);
    pool.end(PATIENCE);
    assert_eq!(Arc::strong_count(&dropped), 1);
}

#[test]
fn the_same_function_gives_the_same_answer_inline_and_telemetry_says_so() {
    let mut config = Config::default();
    config.products.of_mut(Product::Export).on = false;
    let pool = Setup::new(config, kinds()).cores(8).build().unwrap();
    let work = |ctx: &Ctx| {
        ctx.progress(1, 2);
        ctx.checkpoint()?;
        Ok((6 * 7, ctx.inline()))
    };
    assert_eq!(
        pool.run(pool.order("zip").unwrap(), work).unwrap(),
        (42, true)
    );
    assert_eq!(
        pool.run(pool.order("file").unwrap(), work).unwrap(),
        (42, false)
    );
    let telemetry = pool.telemetry();
    let off = &telemetry.inline[0];
    assert_eq!((&*off.why, off.count), ("it is switched off", 1));
    let zip = telemetry
        .kinds
        .iter()
        .find(|kind| kind.kind == "zip")
        .unwrap();
    assert_eq!((zip.counts.done, zip.counts.inline), (1, 1));
    let export = &telemetry.products[Product::Export.index()];
    assert_eq!(export.inline.as_deref(), Some("it is switched off"));
    let json = serde_json::to_value(&telemetry).unwrap();
    assert_eq!(json["kinds"][5]["done"], 1);
    assert_eq!(json["products"][1]["product"], "background-removal");
    assert_eq!(json["operations"][0]["operation"], "file");
}

#[test]
fn of_a_storm_on_one_control_the_newest_is_answered_and_the_others_are_told() {
    let pool = pool(2);
    let tickets: Vec<Ticket<u32>> = (0..200)
        .map(|move_| {
            let order = pool.order("render").unwrap().control("exposure");
            pool.submit(order, move |ctx| {
                ctx.checkpoint()?;
                Ok(move_)
            })
            .unwrap()
        })
        .collect();
    let answers: Vec<_> = tickets.into_iter().map(answer).collect();
    assert_eq!(answers.last().unwrap().as_ref().unwrap(), &199);
    for (at, early) in answers.iter().enumerate() {
        let fine = match early {
            Ok(value) => *value == at as u32,
            Err(JobError::Replaced { by }) => by.0 > at as u64,
            Err(_) => false,
        };
        assert!(fine, "{at}: {early:?}");
    }
    let render = &pool.telemetry().kinds[0].counts;
    assert_eq!((render.taken, render.answered()), (200, 200));
}

#[test]
fn a_running_job_is_called_off_at_once_and_hears_of_it_at_its_next_checkpoint() {
    let pool = pool(1);
    let (begun, wait) = mpsc::sync_channel(1);
    let (said, heard) = mpsc::sync_channel(1);
    let (go, gate) = mpsc::sync_channel::<()>(1);
    let ticket = pool
        .submit(pool.order("zip").unwrap(), move |ctx| {
            begun.send(()).unwrap();
            gate.recv().unwrap();
            said.send(ctx.stop_asked()).unwrap();
            ctx.checkpoint()
        })
        .unwrap();
    wait.recv().unwrap();
    let handle = ticket.handle();
    assert!(handle.cancel());
    assert!(!handle.cancel(), "only once");
    assert!(matches!(answer(ticket), Err(JobError::Cancelled)));
    go.send(()).unwrap();
    assert_eq!(heard.recv().unwrap(), Some(StopReason::Cancelled));
}

#[test]
fn at_a_checkpoint_an_interactive_job_runs_on_the_same_thread() {
    let pool = pool(1);
    let (begun, wait) = mpsc::sync_channel(1);
    let (go, gate) = mpsc::sync_channel(1);
    let long = pool
        .submit(pool.order("zip").unwrap(), held(begun, gate))
        .unwrap();
    wait.recv().unwrap();
    let name = |_: &Ctx| Ok(std::thread::current().name().map(str::to_owned));
    let between = pool.submit(pool.order("render").unwrap(), name).unwrap();
    assert_eq!(answer(between).unwrap().as_deref(), Some("jobs-1"));
    go.send(()).unwrap();
    assert_eq!(answer(long).unwrap(), 7);
}

#[test]
fn a_job_inside_a_job_runs_there_and_a_stop_reaches_it() {
    let pool = Arc::new(pool(1));
    let inner = Arc::clone(&pool);
    let (begun, wait) = mpsc::sync_channel(1);
    let ticket = pool
        .submit(pool.order("zip").unwrap(), move |_| {
            let (_go, gate) = mpsc::sync_channel(1);
            let seen = inner.run(inner.order("render").unwrap(), held(begun, gate));
            Ok(matches!(seen, Err(JobError::Cancelled)))
        })
        .unwrap();
    wait.recv().unwrap();
    let inner = pool
        .telemetry()
        .running
        .into_iter()
        .find(|job| job.kind == "render");
    assert!(inner.unwrap().inline);
    assert!(ticket.cancel());
    assert!(matches!(answer(ticket), Err(JobError::Cancelled)));
    let pool = Arc::into_inner(pool);
    // The job held the pool too; whoever lets go last ends it.
    drop(pool);
}

#[test]
fn an_answer_can_be_given_to_a_function_which_may_ask_for_more() {
    let pool = Arc::new(pool(1));
    let (tell, told) = mpsc::sync_channel(2);
    let next = Arc::clone(&pool);
    let more = tell.clone();
    pool.submit(pool.order("render").unwrap(), |_| Ok(1))
        .unwrap()
        .then(move |first| {
            let ticket = next
                .submit(next.order("render").unwrap(), |ctx| Ok(ctx.inline()))
                .unwrap();
            tell.send(first.is_ok()).unwrap();
            ticket.then(move |second| more.send(!second.unwrap()).unwrap());
        });
    assert_eq!(told.recv_timeout(PATIENCE), Ok(true));
    assert_eq!(
        told.recv_timeout(PATIENCE),
        Ok(true),
        "it is queued, not inside the first"
    );
}

#[test]
fn a_kind_that_may_spreads_over_the_cores_and_its_helpers_hear_of_a_stop() {
    let pool = pool(1);
    let spread = |ctx: &Ctx| {
        Ok(ctx.cores().map(|cores| {
            cores.install(|| {
                let checks = || ctx.checkpoint().is_ok();
                (rayon::current_num_threads(), rayon::join(checks, checks))
            })
        }))
    };
    let inference = pool.run(pool.order("inference").unwrap(), spread).unwrap();
    assert_eq!(inference, Some((8, (true, true))));
    let render = pool.run(pool.order("render").unwrap(), spread).unwrap();
    assert_eq!(render, None);
}

#[test]
fn pictures_cross_to_a_worker_and_back_without_a_copy() {
    let pool = pool(1);
    let mut given = pool.buffers().take(1 << 20, "rgb").unwrap();
    given.fill(9);
    let address = given.as_ptr() as usize;
    let back = pool
        .run(pool.order("file").unwrap(), move |_| {
            let mut own = given.share().into_own()?;
            own[0] = 1;
            Ok(own)
        })
        .unwrap();
    assert_eq!((back.as_ptr() as usize, back[0], back[1]), (address, 1, 9));
    let report = pool.telemetry().buffers;
    assert_eq!((report.allocated, report.copies), (1, 0));
}
